"""Use cases: e-mail."""
