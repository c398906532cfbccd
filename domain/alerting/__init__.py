"""Rules: alerts and silences."""
