"""GraphQL over HTTP: negotiation, limits of requests, the HTTP protocol."""
