"""Use cases: the journeys of suppliers and couples."""
