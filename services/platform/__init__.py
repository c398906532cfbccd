"""Use cases: what every topic needs."""
