"""Use cases: health checks."""
