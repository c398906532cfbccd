"""Whether the database can serve requests: it answers, takes writes and has our schema."""

from dataclasses import dataclass

from sqlalchemy import text

from db import schema_revision
from db.queries import health as queries
from db.session import Database
from domain.errors import DependencyDown
from domain.platform.outages import READ_ONLY

_READ_ONLY = text("SELECT current_setting('transaction_read_only') = 'on'")


@dataclass(frozen=True, slots=True)
class Readiness:
    """`cause`: why requests cannot be served; `warning`: what an operator should know anyway."""

    cause: str | None = None
    warning: str | None = None


async def check(db: Database) -> Readiness:
    """Ask the database itself. After a failed write it writes too, so that the failure ends."""
    try:
        async with db.read() as session:
            difference = await schema_revision.difference(session)
            if difference and not difference.is_newer:
                return Readiness(str(difference))
            if await session.scalar(_READ_ONLY):
                return Readiness(READ_ONLY.cause)
        if db.breaker.outage is not None:
            if db.breaker.holds():
                return Readiness(db.breaker.outage.cause)
            async with db.write() as uow:
                await queries.write_probe(uow.session, uow.now)
            db.breaker.wrote()
    except DependencyDown as error:
        return Readiness(error.cause or error.message)
    # Until its processes have been replaced, an older release goes on with a newer schema.
    return Readiness(warning=str(difference) if difference else None)
