"""What the API is: declarations only."""
