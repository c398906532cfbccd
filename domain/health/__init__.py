"""Rules: health checks."""
