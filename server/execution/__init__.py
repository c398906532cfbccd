"""Execution of operations: by a query plan where there is one, else by the executor."""
