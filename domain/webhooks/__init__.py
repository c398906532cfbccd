"""Rules: webhooks."""
