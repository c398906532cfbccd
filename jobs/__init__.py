"""Work outside requests: what follows from events, and what happens every 30 seconds."""
