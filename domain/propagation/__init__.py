"""Rules: how versions of the flags spread."""
