"""Runs the checks, decides, tells everybody, and only then stores (S62, S67, decision 7)."""

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

_BACKLOG = 240  # rounds kept while the database is away: two hours
_BAD_NEWS = timedelta(seconds=5)
_HURRIED_RECHECK = 1.0  # seconds, while somebody waits for the answer


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds: between rounds, for one probe, and before a failed check is looked at again."""

    interval: float = 30.0
    timeout: float = 5.0
    recheck: float = 10.0

    @classmethod
    def of(cls, settings: Settings) -> "Timing":
        """As the environment says."""
        return cls(
            settings.health_interval_seconds,
            settings.health_timeout_seconds,
            settings.health_recheck_seconds,
        )


DEFAULT_TIMING = Timing()
Watch = Callable[[HealthSnapshot], Awaitable[None]]


class HealthMonitor:
    """One a process. Any process may run a round; the newest snapshot of all counts."""

    def __init__(
        self,
        db: Database,
        redis: Redis,
        probes: Mapping[CheckType, Probe],
        publish: Callable[[str], Awaitable[None]],
        timing: Timing = DEFAULT_TIMING,
        alert: Watch | None = None,
    ) -> None:
        """`publish` sends a snapshot to all processes, `alert` tells people of it.

        A check without a probe is disabled.
        """
        self._store = HealthStore(db, redis)
        self._probes = probes
        self._publish = publish
        self._timing = timing
        self._alert = alert
        self._clock = db.clock
        self._running = asyncio.Lock()
        self._mine: HealthSnapshot | None = None
        self._unsaved: deque[Tick] = deque(maxlen=_BACKLOG)

    @property
    def interval(self) -> timedelta:
        """The time between two rounds."""
        return timedelta(seconds=self._timing.interval)

    async def tick(self) -> HealthSnapshot:
        """Run all checks now (S62)."""
        async with self._running:
            return await self._round(self._timing.recheck)

    async def latest(self) -> HealthSnapshot:
        """The newest snapshot known anywhere; what is stale in it shows as UNKNOWN."""
        return self.seen(await self._newest())

    async def ensure_fresh(self, max_age: timedelta = timedelta(seconds=30)) -> HealthSnapshot:
        """The newest snapshot, after a new round where it is older than that (S46)."""
        # With a short interval readings are stale before that, and stale ones are UNKNOWN.
        max_age = min(max_age, STALE_AFTER_INTERVALS * self.interval)
        async with self._running:
            snapshot = await self._newest()
            if not self._is_fresh(snapshot, max_age):
                snapshot = await self._round(min(self._timing.recheck, _HURRIED_RECHECK))
        return self.seen(snapshot)

    def read(self, message: str) -> HealthSnapshot:
        """A published snapshot as seen now; raises ValueError where it is not one of ours."""
        return self.seen(decode(message))

    def seen(self, snapshot: HealthSnapshot) -> HealthSnapshot:
        """A snapshot as one may rely on it at this moment."""
        now = self._clock()
        checks = tuple(as_seen(snapshot.state(check), now, self.interval) for check in CheckType)
        return replace(snapshot, checks=checks)

    async def _newest(self) -> HealthSnapshot:
        """Redis may be older than this process, and both older than the database."""
        found = self._newer(self._mine, await self._store.from_redis())
        if found is None or self._clock() - found.at > self.interval:
            found = self._newer(found, await self._store.from_database(self._timing.timeout))
        return found or HealthSnapshot(self._clock(), ())

    def _newer(self, *known: HealthSnapshot | None) -> HealthSnapshot | None:
        # One from the future, left by a clock that was set back, would hide all news till then.
        latest = self._clock() + self.interval
        found = [item for item in known if item is not None and item.at <= latest]
        return max(found, key=lambda item: item.at, default=None)

    def _is_fresh(self, snapshot: HealthSnapshot, max_age: timedelta) -> bool:
        now = self._clock()
        return all(
            state.checked_at is not None and now - state.checked_at <= _age_allowed(state, max_age)
            for state in map(snapshot.state, self._probes)
        )

    async def _round(self, recheck: float) -> HealthSnapshot:
        before = await self._newest()
        states = {check: self._resumed(before.state(check)) for check in CheckType}
        readings = await self._look(self._probes)
        states = _apply(states, readings)
        tick = [*readings.items()]
        snapshot = await self._tell(before, states)
        if suspects := [check for check in readings if is_suspect(states[check])]:
            await asyncio.sleep(recheck)
            readings = await self._look(suspects)
            states = _apply(states, readings)
            tick += readings.items()
            snapshot = await self._tell(before, states)
        await self._save(Tick(tick, snapshot.checks))
        return snapshot

    def _resumed(self, state: CheckState) -> CheckState:
        if state.check not in self._probes:
            return disabled(state)
        return resumed(state, self._clock(), self.interval)

    async def _look(self, checks: Iterable[CheckType]) -> dict[CheckType, Reading]:
        names = list(checks)
        return dict(zip(names, await asyncio.gather(*map(self._read, names)), strict=True))

    async def _read(self, check: CheckType) -> Reading:
        result = await run_limited(self._probes[check], self._timing.timeout)
        return judge(result, self._clock())

    async def _tell(
        self, before: HealthSnapshot, states: Mapping[CheckType, CheckState]
    ) -> HealthSnapshot:
        changed = [
            check for check in states if states[check].status is not before.state(check).status
        ]
        snapshot = HealthSnapshot(self._clock(), tuple(states.values()), tuple(changed))
        self._mine = snapshot
        await self._alarm(snapshot)
        message = encode(snapshot)
        await self._store.to_redis(message)
        try:
            await self._publish(message)
        except Exception:
            logger.warning("health: the snapshot was not published", exc_info=True)
        return snapshot

    async def _alarm(self, snapshot: HealthSnapshot) -> None:
        """People hear of it before it is stored: what is down may be what stores it."""
        if self._alert is None:
            return
        try:
            await self._alert(snapshot)
        except Exception:
            logger.exception("health: the alerts could not follow this round")

    async def _save(self, tick: Tick) -> None:
        """What cannot be stored now is stored with a later round, so that uptime stays true."""
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
    """Bad news is looked at again sooner: whoever asks may just have mended it."""
    is_bad = state.status in (HealthStatus.CRITICAL, HealthStatus.UNKNOWN)
    return min(max_age, _BAD_NEWS) if is_bad else max_age


def _apply(
    states: Mapping[CheckType, CheckState], readings: Mapping[CheckType, Reading]
) -> dict[CheckType, CheckState]:
    found = dict(states)
    for check, reading in readings.items():
        found[check] = next_state(found[check], reading, reading.at)
    return found
