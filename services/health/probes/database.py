"""The probe of PostgreSQL: whether it accepts writes."""

from sqlalchemy import QueuePool

from db.queries import health as queries
from db.session import Database
from domain.health.health import ProbeResult
from services.health.probes.base import Finding, measure


class DatabaseProbe:
    """Commits one write through the pool that all requests use."""

    def __init__(self, db: Database) -> None:
        """`db` is the engine of the process, so that the probe shows an exhausted pool."""
        self._db = db

    async def run(self) -> ProbeResult:
        """Write, read, commit."""
        return await measure(self._check())

    async def _check(self) -> Finding:
        async with self._db.write() as uow:
            details = await queries.write_probe(uow.session, uow.now)
        pool = self._db.engine.pool
        in_use = pool.checkedout() if isinstance(pool, QueuePool) else None
        return Finding({**details, "connectionsInUse": in_use})
