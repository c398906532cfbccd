"""GraphQL over HTTP: negotiation, authentication, request limits, the HTTP protocol."""
