"""Commands: webhooks."""
