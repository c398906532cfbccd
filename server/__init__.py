"""The GraphQL server."""
