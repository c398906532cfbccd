"""Rules: metrics."""
