"""Root fields: open a session, call one service, wrap the result.

The docstring of a resolver is the description of its field in the schema.
"""
