"""Work outside requests: jobs that follow from events, and periodic tasks."""
