"""Use cases: accounts, sessions and tokens."""
