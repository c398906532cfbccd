"""Use cases: how versions of the flags spread."""
