"""A health monitor with scripted checks, and what it published."""

from redis.asyncio import Redis
from sqlalchemy import func, select

from db.event_log import read_after
from db.models.health import HealthReading
from db.session import Database
from domain.events import HealthChanged
from domain.health.health import CheckType, HealthStatus, Outcome, ProbeResult
from services.health.health_monitor import HealthMonitor, Timing

FAST = Timing(interval=30, timeout=2, recheck=0)


class ScriptedProbe:
    """Returns scripted outcomes in order, and repeats the last one."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes) or [Outcome.PASSED]
        self.runs = 0

    async def run(self) -> ProbeResult:
        self.runs += 1
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        return ProbeResult(outcome, 5, None if outcome is Outcome.PASSED else "it broke")


class MonitorHarness:
    """A monitor with scripted probes and the messages it published."""

    def __init__(self, db: Database, redis: Redis) -> None:
        self.db, self.redis = db, redis
        self.probes = {check: ScriptedProbe() for check in CheckType}
        self.published: list[str] = []
        self.monitor = self.another()

    def another(self, timing: Timing = FAST) -> HealthMonitor:
        """Return a monitor of another process, or of a restarted one."""
        return HealthMonitor(self.db, self.redis, self.probes, self.publish, timing)

    async def publish(self, message: str) -> None:
        self.published.append(message)

    def fail(self, check: CheckType, *outcomes: Outcome) -> ScriptedProbe:
        self.probes[check].outcomes = list(outcomes) or [Outcome.FAILED]
        return self.probes[check]

    async def status(self, check: CheckType) -> HealthStatus:
        return (await self.monitor.latest()).state(check).status

    async def events(self) -> list[HealthChanged]:
        async with self.db.read() as session:
            events = [item.event for item in await read_after(session, 0, 100)]
        return [event for event in events if isinstance(event, HealthChanged)]

    async def stored(self) -> int:
        """Count the stored samples."""
        async with self.db.read() as session:
            return int(await session.scalar(select(func.count(HealthReading.id))) or 0)
