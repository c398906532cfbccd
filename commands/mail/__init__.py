"""Commands: e-mail."""
