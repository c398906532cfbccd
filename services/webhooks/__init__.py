"""Webhooks: documents that are sent to a URL whenever what they ask for happens (A46, X14)."""
