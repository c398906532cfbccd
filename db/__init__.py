"""PostgreSQL: tables, queries, sessions, migrations."""
