"""Runs the checks and publishes the result, before storing it (S62, S67, decision 7)."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from redis.asyncio import Redis

from db.session import Database
from domain.health.health import (
    STALE_AFTER_INTERVALS,
    CheckState,
    CheckType,
    HealthSnapshot,
    HealthStatus,
    Reading,
    as_seen,
    disabled,
    is_suspect,
    judge,
    next_state,
    resumed,
)
from services.health.health_store import HealthStore, Tick, decode, encode
from services.health.probes.base import Probe, run_limited
from settings import Settings

logger = logging.getLogger(__name__)

_BACKLOG = 240  # rounds kept while the database is down: two hours
_MAX_AGE_OF_FAILURE = timedelta(seconds=5)
_QUICK_RECHECK_SECONDS = 1.0  # while a caller waits for the result


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds between rounds, for one probe, and before a failed check is repeated."""

    interval: float = 30.0
    timeout: float = 5.0
    recheck: float = 10.0

    @classmethod
    def of(cls, settings: Settings) -> "Timing":
        """Return the timing from the settings."""
        return cls(
            settings.health_interval_seconds,
            settings.health_timeout_seconds,
            settings.health_recheck_seconds,
        )


DEFAULT_TIMING = Timing()
Watch = Callable[[HealthSnapshot], Awaitable[None]]


class HealthMonitor:
    """Runs rounds of checks in one process. The latest snapshot of all processes counts."""

    def __init__(
        self,
        db: Database,
        redis: Redis,
        probes: Mapping[CheckType, Probe],
        publish: Callable[[str], Awaitable[None]],
        timing: Timing = DEFAULT_TIMING,
        alert: Watch | None = None,
    ) -> None:
        """`publish` sends a snapshot to all processes, `alert` updates the alerts.

        A check without a probe is disabled.
        """
        self._store = HealthStore(db, redis)
        self._probes = probes
        self._publish = publish
        self._timing = timing
        self._alert = alert
        self._clock = db.clock
        self._running = asyncio.Lock()
        self._own_snapshot: HealthSnapshot | None = None
        self._unsaved: deque[Tick] = deque(maxlen=_BACKLOG)

    @property
    def interval(self) -> timedelta:
        """The time between two rounds."""
        return timedelta(seconds=self._timing.interval)

    async def tick(self) -> HealthSnapshot:
        """Run all checks now (S62)."""
        async with self._running:
            return await self._run_round(self._timing.recheck)

    async def latest(self) -> HealthSnapshot:
        """Return the latest snapshot of any process; stale states show as UNKNOWN."""
        return self.seen(await self._latest_snapshot())

    async def ensure_fresh(self, max_age: timedelta = timedelta(seconds=30)) -> HealthSnapshot:
        """Return the latest snapshot, after a new round if it is older than `max_age` (S46)."""
        # With a short interval, readings become stale, and so UNKNOWN, before `max_age`.
        max_age = min(max_age, STALE_AFTER_INTERVALS * self.interval)
        async with self._running:
            snapshot = await self._latest_snapshot()
            if not self._is_fresh(snapshot, max_age):
                snapshot = await self._run_round(min(self._timing.recheck, _QUICK_RECHECK_SECONDS))
        return self.seen(snapshot)

    def read(self, message: str) -> HealthSnapshot:
        """Decode a published snapshot, as seen now; raises ValueError for any other text."""
        return self.seen(decode(message))

    def seen(self, snapshot: HealthSnapshot) -> HealthSnapshot:
        """Return a snapshot with its stale states as UNKNOWN."""
        now = self._clock()
        checks = tuple(as_seen(snapshot.state(check), now, self.interval) for check in CheckType)
        return replace(snapshot, checks=checks)

    async def _latest_snapshot(self) -> HealthSnapshot:
        """Return the latest snapshot: of this process, Redis or, if both are old, the database."""
        snapshot = self._latest_of(self._own_snapshot, await self._store.read_redis())
        if snapshot is None or self._clock() - snapshot.at > self.interval:
            snapshot = self._latest_of(
                snapshot, await self._store.read_database(self._timing.timeout)
            )
        return snapshot or HealthSnapshot(self._clock(), ())

    def _latest_of(self, *snapshots: HealthSnapshot | None) -> HealthSnapshot | None:
        # A snapshot from the future, after a clock was set back, would hide all newer ones.
        latest = self._clock() + self.interval
        candidates = [item for item in snapshots if item is not None and item.at <= latest]
        return max(candidates, key=lambda item: item.at, default=None)

    def _is_fresh(self, snapshot: HealthSnapshot, max_age: timedelta) -> bool:
        now = self._clock()
        return all(
            state.checked_at is not None and now - state.checked_at <= _age_allowed(state, max_age)
            for state in map(snapshot.state, self._probes)
        )

    async def _run_round(self, recheck: float) -> HealthSnapshot:
        before = await self._latest_snapshot()
        states = {check: self._resumed(before.state(check)) for check in CheckType}
        readings = await self._run_probes(self._probes)
        states = _apply(states, readings)
        tick = [*readings.items()]
        snapshot = await self._publish_round(before, states)
        if suspects := [check for check in readings if is_suspect(states[check])]:
            await asyncio.sleep(recheck)
            readings = await self._run_probes(suspects)
            states = _apply(states, readings)
            tick += readings.items()
            snapshot = await self._publish_round(before, states)
        await self._save(Tick(tick, snapshot.checks))
        return snapshot

    def _resumed(self, state: CheckState) -> CheckState:
        if state.check not in self._probes:
            return disabled(state)
        return resumed(state, self._clock(), self.interval)

    async def _run_probes(self, checks: Iterable[CheckType]) -> dict[CheckType, Reading]:
        names = list(checks)
        return dict(zip(names, await asyncio.gather(*map(self._read, names)), strict=True))

    async def _read(self, check: CheckType) -> Reading:
        result = await run_limited(self._probes[check], self._timing.timeout)
        return judge(result, self._clock())

    async def _publish_round(
        self, before: HealthSnapshot, states: Mapping[CheckType, CheckState]
    ) -> HealthSnapshot:
        changed = [
            check for check in states if states[check].status is not before.state(check).status
        ]
        snapshot = HealthSnapshot(self._clock(), tuple(states.values()), tuple(changed))
        self._own_snapshot = snapshot
        await self._update_alerts(snapshot)
        message = encode(snapshot)
        await self._store.write_redis(message)
        try:
            await self._publish(message)
        except Exception:
            logger.warning("health: publishing the snapshot failed", exc_info=True)
        return snapshot

    async def _update_alerts(self, snapshot: HealthSnapshot) -> None:
        """Update the alerts before storing: the part that is down may be the store."""
        if self._alert is None:
            return
        try:
            await self._alert(snapshot)
        except Exception:
            logger.exception("health: updating the alerts failed")

    async def _save(self, tick: Tick) -> None:
        """Store a round; after an error it is stored with a later one, so that uptime is right."""
        self._unsaved.append(tick)
        ticks = list(self._unsaved)
        try:
            async with asyncio.timeout(self._timing.timeout):
                await self._store.save(ticks)
        except Exception as error:
            logger.warning("health: %d rounds are not stored yet: %r", len(ticks), error)
        else:
            self._unsaved.clear()


def _age_allowed(state: CheckState, max_age: timedelta) -> timedelta:
    """Return the largest age of a state. A failure is checked again sooner: it may be fixed."""
    is_bad = state.status in (HealthStatus.CRITICAL, HealthStatus.UNKNOWN)
    return min(max_age, _MAX_AGE_OF_FAILURE) if is_bad else max_age


def _apply(
    states: Mapping[CheckType, CheckState], readings: Mapping[CheckType, Reading]
) -> dict[CheckType, CheckState]:
    new_states = dict(states)
    for check, reading in readings.items():
        new_states[check] = next_state(new_states[check], reading, reading.at)
    return new_states
