"""Rules: the journeys of suppliers and couples."""
