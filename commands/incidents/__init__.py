"""Commands: incidents."""
