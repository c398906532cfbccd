"""Things that tests need, by topic."""
