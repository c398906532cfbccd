"""Commands: alerts and silences."""
