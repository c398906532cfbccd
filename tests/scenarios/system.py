"""The system of one sequence: a worker, some processes, and what they share, on one clock."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import select

from db.models.phases import PhaseRun
from db.session import Database
from domain.health.health import CheckType
from domain.propagation.verifications import Verification
from jobs.launch_checks import check_launch
from jobs.parts import Parts
from jobs.worker import HANDLERS
from services.alerting import AlertCenter
from services.health.health_monitor import HealthMonitor, Timing
from services.health.heartbeats import Heartbeats
from services.phases.health_watchdog import Watchdog
from services.phases.readiness import Gate, open_gate
from services.platform.certificates import CertificateWatch
from services.propagation.delivery_acks import DeliveryAcks
from services.propagation.propagation import Propagations
from services.propagation.verifications import Verifications
from tests.factories.health import FakeProbe
from tests.scenarios.clock import VirtualClock
from tests.scenarios.ground import Ground
from tests.scenarios.process import ServingProcess

_TIMING = Timing(interval=30, timeout=5, recheck=0)
PROCESSES = 2


class System:
    """Everything that acts. Nothing here runs by itself."""

    def __init__(self, ground: Ground, clock: VirtualClock) -> None:
        """One worker, no process yet."""
        self.ground = ground
        self.redis = redis = ground.redis
        self.clock = clock
        self.settings = ground.settings
        self.probes: Mapping[CheckType, FakeProbe] = {check: FakeProbe() for check in CheckType}
        self.processes: dict[int, ServingProcess] = {}
        self.database_away = False
        self.lost: list[int] = []
        self._verified: list[Verification] = []
        self.worker = ground.databases.lend(clock)
        self.alerts = AlertCenter(self.settings, self.worker, redis)
        self.monitor = HealthMonitor(
            self.worker, redis, self.probes, _publish, _TIMING, self.alerts.observe
        )
        self.watchdog = Watchdog(
            self.worker, self.monitor, self.settings, self.alerts, clock.monotonic
        )
        self._certificates = CertificateWatch(self.settings.base_url, clock)
        heartbeats = Heartbeats(self.worker, redis, self.settings)
        self._parts = Parts(
            self.settings, self.worker, redis, self.monitor, _announce, self.alerts, heartbeats
        )

    @property
    def db(self) -> Database:
        """That of the process which the next request reaches."""
        alive = next(iter(self.processes.values()), None)
        return alive.db if alive else self.worker

    async def start_process(self, number: int) -> None:
        """One more, which reads what it needs."""
        db = self.ground.databases.lend(self.clock)
        process = ServingProcess(db, self.redis, self.ground.bus, self.clock)
        self.processes[number] = process
        await process.poll()

    async def lose_process(self, number: int) -> None:
        """It dies without a word."""
        process = self.processes.pop(number)
        self.lost += [process.reported] if process.reported else []
        await process.stop()

    async def verify(self) -> None:
        """All processes report; then it is asked where the moves of all runs are in force."""
        for process in self.processes.values():
            await process.report()
        propagations = Propagations(self.redis, self.worker, DeliveryAcks(), self.clock)
        async with self.worker.read() as session:
            runs = list(await session.scalars(select(PhaseRun.id)))
        by_run = await Verifications(self.worker, propagations).of_runs(runs)
        self._verified = list(by_run.values())

    def take_verified(self) -> Sequence[Verification]:
        """What was found since the last call."""
        verified, self._verified = self._verified, []
        return verified

    async def empty_redis(self) -> None:
        """It restarts without its data: what was reported is gone."""
        await self.redis.flushdb()
        self.lost.clear()
        for process in self.processes.values():
            process.reported = None

    async def gate(self) -> Gate:
        """As every activation asks for."""
        return await open_gate(
            self.monitor,
            self.redis,
            self.settings,
            b"a secret of the scenarios",
            self.clock(),
            self._certificates,
        )

    async def tick(self) -> None:
        """What the worker does every 30 s."""
        await self.monitor.tick()
        await check_launch(self.worker, self.monitor, self.settings)
        await self.alerts.sweep()

    async def handle(self, entrypoint: str, payload: Mapping[str, object]) -> None:
        """Do the work of a job."""
        await HANDLERS[entrypoint](self._parts, payload)

    async def stop(self) -> None:
        """End all that it holds."""
        for number in list(self.processes):
            await self.lose_process(number)
        await self.alerts.stop()
        await self.worker.dispose()


@asynccontextmanager
async def running(ground: Ground) -> AsyncIterator[System]:
    """A fresh system on empty servers."""
    await ground.clear()
    system = System(ground, VirtualClock())
    try:
        for number in range(PROCESSES):
            await system.start_process(number)
        yield system
    finally:
        await ground.let_in()
        await system.stop()


async def _publish(_message: str) -> None:
    """Streams of health have tests of their own."""


async def _announce(_channel: str, _message: str) -> None:
    """The same of metrics."""
