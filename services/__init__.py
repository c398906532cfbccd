"""Use cases: load, ask the domain, change, record the event. They never commit."""
