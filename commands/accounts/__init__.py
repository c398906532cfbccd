"""Commands: accounts, sessions and tokens."""
