"""Live streams: the bus between processes, the tail of the event log, one module a topic."""
