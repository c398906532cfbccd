"""Use cases: incidents."""
