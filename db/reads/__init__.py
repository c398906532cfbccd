"""Declarations of what API fields read, shared by resolvers and query plans."""
