"""Check whether the database can serve requests: it responds, accepts writes and has our schema."""

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
    """`cause`: why requests cannot be served; `warning`: a problem for operators to know."""

    cause: str | None = None
    warning: str | None = None


async def check(db: Database) -> Readiness:
    """Check the database; after a failed write, try a small one so that the outage can end."""
    try:
        async with db.read() as session:
            difference = await schema_revision.difference(session)
            if difference and not difference.is_newer:
                return Readiness(str(difference))
            if await session.scalar(_READ_ONLY):
                return Readiness(READ_ONLY.cause)
        if db.breaker.outage is not None:
            if db.breaker.is_outage_recent():
                return Readiness(db.breaker.outage.cause)
            async with db.write() as uow:
                await queries.write_probe(uow.session, uow.now)
            db.breaker.record_write()
    except DependencyDown as error:
        return Readiness(error.cause or error.message)
    # An older release keeps working on a newer schema until its processes have been replaced.
    return Readiness(warning=str(difference) if difference else None)
