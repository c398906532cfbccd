"""Alembic's entry point: runs inside a connection that `db.migrate` opened."""

from alembic import context

from db.migrate import include_object
from db.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=include_object,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
