"""Rules: what every topic needs."""
