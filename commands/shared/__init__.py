"""Shared by commands: the API client, output, errors, database access."""
