"""A monitor with checks whose answers a test lines up, and all that it has published."""

from redis.asyncio import Redis
from sqlalchemy import func, select

from db.event_log import read_after
from db.models.health import HealthReading
from db.session import Database
from domain.events import HealthChanged
from domain.health.health import CheckType, HealthStatus, Outcome, ProbeResult
from services.health.health_monitor import HealthMonitor, Timing

FAST = Timing(interval=30, timeout=2, recheck=0)


class Script:
    """Gives the outcomes that a test asks for, the last one for ever."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes) or [Outcome.PASSED]
        self.runs = 0

    async def run(self) -> ProbeResult:
        self.runs += 1
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        return ProbeResult(outcome, 5, None if outcome is Outcome.PASSED else "it broke")


class World:
    """A monitor with fake probes and all that it has published."""

    def __init__(self, db: Database, redis: Redis) -> None:
        self.db, self.redis = db, redis
        self.probes = {check: Script() for check in CheckType}
        self.published: list[str] = []
        self.monitor = self.another()

    def another(self, timing: Timing = FAST) -> HealthMonitor:
        """A second process, or the first after a restart."""
        return HealthMonitor(self.db, self.redis, self.probes, self.publish, timing)

    async def publish(self, message: str) -> None:
        self.published.append(message)

    def fail(self, check: CheckType, *outcomes: Outcome) -> Script:
        self.probes[check].outcomes = list(outcomes) or [Outcome.FAILED]
        return self.probes[check]

    async def status(self, check: CheckType) -> HealthStatus:
        return (await self.monitor.latest()).state(check).status

    async def events(self) -> list[HealthChanged]:
        async with self.db.read() as session:
            found = [item.event for item in await read_after(session, 0, 100)]
        return [event for event in found if isinstance(event, HealthChanged)]

    async def stored(self) -> int:
        """How many samples the database holds."""
        async with self.db.read() as session:
            return int(await session.scalar(select(func.count(HealthReading.id))) or 0)
