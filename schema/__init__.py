"""The GraphQL schema: declarations of types, fields and inputs."""
