"""Use cases: metrics."""
