"""Whether PostgreSQL is there and can be written to."""

from sqlalchemy import QueuePool

from db.queries import health as queries
from db.session import Database
from domain.health.health import ProbeResult
from services.health.probes.base import Finding, measure


class DatabaseProbe:
    """Commits one real write through the pool that all requests use."""

    def __init__(self, db: Database) -> None:
        """The same engine as everything else, so that an exhausted pool shows."""
        self._db = db

    async def run(self) -> ProbeResult:
        """Write, read, commit."""
        return await measure(self._look())

    async def _look(self) -> Finding:
        async with self._db.write() as uow:
            details = await queries.write_probe(uow.session, uow.now)
        pool = self._db.engine.pool
        in_use = pool.checkedout() if isinstance(pool, QueuePool) else None
        return Finding({**details, "connectionsInUse": in_use})
