"""Rules: incidents."""
