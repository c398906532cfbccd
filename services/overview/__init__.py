"""Use cases: what looks at several topics."""
