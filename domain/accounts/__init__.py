"""Rules: accounts, sessions and tokens."""
