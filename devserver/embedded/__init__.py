"""A real PostgreSQL and a real Valkey under a data folder, for machines that have neither."""

from devserver.embedded.errors import DataFolderBusy, EmbeddedError, ServerFailed
from devserver.embedded.postgres import EmbeddedPostgres
from devserver.embedded.server import EmbeddedServer
from devserver.embedded.valkey import EmbeddedValkey

__all__ = [
    "DataFolderBusy",
    "EmbeddedError",
    "EmbeddedPostgres",
    "EmbeddedServer",
    "EmbeddedValkey",
    "ServerFailed",
]
