"""SQL that services ask for, by topic."""
