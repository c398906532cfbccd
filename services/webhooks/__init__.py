"""Use cases: webhooks, which send the result of a subscription document to a URL (A46, X14)."""
