"""The PostgreSQL dialect of a test process, whose engines share their compiled statements.

SQLAlchemy keeps compiled SQL by engine and dialect object, and each test has an app with an engine
of its own: compiling again costs a sixth of the suite. This dialect says that all its objects are
equal, which holds here since every engine talks to the same PostgreSQL, and gives each engine one
cache. Both are the documented means: `registry.register`, `Dialect.engine_created` and the
execution option `compiled_cache`.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

_COMPILED: dict[Any, Any] = {}


class SharedDialect(PGDialect_asyncpg):
    """Equal to every other of its class."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Called by SQLAlchemy for each engine with this dialect."""
        engine.update_execution_options(compiled_cache=_COMPILED)


def install() -> None:
    """Make it the dialect of `postgresql+asyncpg` in this process."""
    registry.register("postgresql.asyncpg", __name__, SharedDialect.__name__)
