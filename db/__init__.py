"""PostgreSQL access: tables, queries, sessions and migrations."""
