"""Rules: e-mail."""
