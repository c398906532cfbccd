"""SQL for the services, by topic."""
