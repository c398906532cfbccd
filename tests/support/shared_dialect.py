"""A PostgreSQL dialect whose engines share compiled statements within a test process.

SQLAlchemy caches compiled SQL by engine and dialect object, and each test has an app with its own
engine: compiling again takes a sixth of the suite's time. This dialect declares all its objects
equal, which is true because every engine talks to the same PostgreSQL, and gives the engines one
cache. Both use documented means: `registry.register`, `Dialect.engine_created` and the execution
option `compiled_cache`.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

_COMPILED: dict[Any, Any] = {}


class SharedDialect(PGDialect_asyncpg):
    """A dialect that equals every other of its class."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Give the engine the shared cache; SQLAlchemy calls this for each engine."""
        engine.update_execution_options(compiled_cache=_COMPILED)


def install() -> None:
    """Use this dialect for `postgresql+asyncpg` in this process."""
    registry.register("postgresql.asyncpg", __name__, SharedDialect.__name__)
