"""Rules: what looks at several topics."""
