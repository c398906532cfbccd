"""A real PostgreSQL and a real Valkey under a data folder, for machines that have neither."""

from db.embedded.errors import DataFolderBusy, EmbeddedError, ServerFailed
from db.embedded.postgres import EmbeddedPostgres
from db.embedded.server import EmbeddedServer
from db.embedded.valkey import EmbeddedValkey

__all__ = [
    "DataFolderBusy",
    "EmbeddedError",
    "EmbeddedPostgres",
    "EmbeddedServer",
    "EmbeddedValkey",
    "ServerFailed",
]
