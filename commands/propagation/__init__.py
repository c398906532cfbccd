"""Commands: how versions of the flags spread."""
