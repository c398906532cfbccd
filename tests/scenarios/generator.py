"""Chooses steps that mostly make sense where the system stands; the same seed, the same steps."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import TypeVar

from domain.health.health import CheckType
from domain.metrics.criteria import GuardAction
from domain.phases.phases import RollbackMode
from domain.platform.platforms import Platform
from tests.scenarios.observation import Observation
from tests.scenarios.operators import LIMIT
from tests.scenarios.step import Argument, Step
from tests.scenarios.system import PROCESSES
from tests.scenarios.transition import PEOPLE, TICKS

_FLAGS = tuple(f"flag_{number}" for number in range(5))
_PHASES = tuple(f"phase_{number}" for number in range(3))
_PLATFORMS: Mapping[str, tuple[Argument, ...]] = {
    "phase_0": (Platform.WEDSYNC.value,),
    "phase_1": (Platform.WEDME.value,),
    "phase_2": tuple(item.value for item in Platform),
}
_PERCENTAGES = (0.0, 1.0, 5.0, 25.0, 50.0, 60.0, 99.99, 100.0)
_METRICS: tuple[tuple[str, str | None, str], ...] = (
    ("custom.orders", "counter", ""),
    ("custom.wait", "histogram", "ms"),
    ("custom.stock", None, ""),
)
_WAITS = (0, 0, 1, 5, 30, 60, 300, 900)
_TICK_WAITS = (0, 30, 30, 30, 30, 60, 300)

T = TypeVar("T")
Choice = tuple[int, str, Callable[[], tuple[Argument, ...]]]


class Generator:
    """A source of steps for one sequence."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def next_step(self, seen: Observation) -> Step:
        """One that fits what was seen; about one in twenty comes whatever was seen."""
        choices = list(self._choices(seen))
        weights = [weight for weight, _, _ in choices]
        _, kind, arguments = self._random.choices(choices, weights)[0]
        waits = _TICK_WAITS if kind in TICKS else (0, 1, 5) if kind == "samples" else _WAITS
        return Step(kind, arguments(), self._random.choice(waits))

    def _choices(self, seen: Observation) -> Iterator[Choice]:
        if seen.database_away:
            yield 30, "regain_database", _nothing
        else:
            yield 1, "lose_database", _nothing
            yield from self._flags(seen)
            yield from self._phases(seen)
            yield from self._live_phases(seen)
            yield from self._incidents(seen)
        yield from self._surroundings(seen)
        yield from self._blind()

    def _flags(self, seen: Observation) -> Iterator[Choice]:
        if fresh := [key for key in _FLAGS if key not in seen.flags]:
            yield 60 if len(fresh) > 3 else 4, "create_flag", lambda: self._flag(fresh)
        if seen.flags:
            some = [*seen.flags]
            yield 4, "set_percentage", lambda: (self._one(some), self._one(_PERCENTAGES))
            yield 3, "toggle", lambda: (self._one(some), self._random.random() < 0.6)
            yield 2, "set_allow_list", lambda: (self._one(some), self._people())
        if reserved := sorted(seen.reserved()):
            yield 4, "set_percentage", lambda: (self._one(reserved), self._one(_PERCENTAGES[:4]))
            yield 2, "override", lambda: (self._one(reserved), self._one(_PERCENTAGES))
        if limited := [key for key, row in seen.flags.items() if row["run_ceiling"] is not None]:
            yield 5, "lift_ceiling", lambda: (self._one(limited),)
        if some := [*seen.flags]:
            yield 1, "revert_last_change", lambda: (self._one(some),)
            yield 2, "kill", lambda: (self._killed(some),)
            yield 2, "lift", lambda: (self._killed(some),)

    def _phases(self, seen: Observation) -> Iterator[Choice]:
        fresh = [key for key in _PHASES if key not in seen.phases]
        if fresh and len(seen.flags) > 1:
            weight = 4 if seen.phases else 40
            yield weight, "create_phase", lambda: self._phase(fresh[0], seen)
        idle = [key for key in seen.phases if key not in seen.live()]
        if idle:
            yield 2, "link_flags", lambda: (self._one(idle), self._links(seen))
            yield 1, "set_steps", lambda: (self._one(idle), self._steps())
        if ready := [key for key in idle if _can_start(seen, key)]:
            yield (
                2 if seen.is_blocked() else 25,
                "activate",
                lambda: self._with_flags(self._one(ready), seen),
            )
        if done := [key for key in idle if seen.phases[key]["status"] == "completed"]:
            back = RollbackMode.RESTORE_PREVIOUS.value
            yield 3, "roll_back", lambda: (self._one(done), back)
        if seen.phases:
            every = [*seen.phases]
            yield 2, "set_criteria", lambda: (self._one(every), self._criteria())
            yield 1, "set_rollback_plan", lambda: (self._one(every), self._mode())

    def _live_phases(self, seen: Observation) -> Iterator[Choice]:
        live = seen.live()
        active = [key for key in live if seen.phases[key]["status"] == "active"]
        paused = [key for key in live if key not in active]
        if bare := [key for key in live if not seen.phases[key]["success_criteria"]]:
            yield 20, "set_criteria", lambda: (self._one(bare), self._criteria())
        if rising := [key for key in active if _has_next_step(seen, key)]:
            yield 8, "advance", lambda: (self._one(rising),)
        if active:
            yield 4, "pause", lambda: (self._one(active),)
            yield 3, "complete", lambda: self._with_flags(self._one(active), seen)
        if paused:
            yield 6, "resume", lambda: (self._one(paused),)
        if live:
            yield 4, "roll_back", lambda: (self._one(live), self._one((None, self._mode())))
            guarded = any(seen.phases[key]["success_criteria"] for key in live)
            yield 16 if guarded else 4, "samples", self._samples
            yield 24 if guarded else 12, "tick", _nothing

    def _incidents(self, seen: Observation) -> Iterator[Choice]:
        if rows := seen.open_incidents():
            move = "acknowledge" if self._random.random() < 0.15 else "resolve"
            place = self._random.randrange(len(rows))
            yield 25 if seen.is_blocked() else 2, "move_incident", lambda: (place, move)

    def _surroundings(self, seen: Observation) -> Iterator[Choice]:
        yield 2, "samples", self._samples
        yield 2, "tick", _nothing
        yield 1, "tick_twice", _nothing
        yield 1, "sweep", _nothing
        yield 1, "watchdog", _nothing
        yield 1, "empty_redis", _nothing
        yield 3, "work", lambda: (self._random.random() < 0.5, self._random.random() < 0.3)
        yield 1, "set_health", lambda: (self._one([*CheckType]).value, False)
        if seen.sick:
            yield 15, "set_health", lambda: (self._one(seen.sick), True)
        if not seen.database_away:
            yield 2, "fold", _nothing
            yield 3, "verify", _nothing
            yield 3, "declare", self._declaration
            yield 1, "silence", lambda: (self._checks(), float(self._one((60, 300, 1800))))
            yield 1, "end_silences", _nothing
        if seen.processes:
            yield 3, "poll", lambda: (self._one(seen.processes),)
            yield 1, "lose_process", lambda: (self._one(seen.processes),)
        if gone := [number for number in range(PROCESSES) if number not in seen.processes]:
            yield 4, "start_process", lambda: (self._one(gone),)

    def _blind(self) -> Iterator[Choice]:
        """Steps that are likely to be refused, and must change nothing then."""
        kind = self._one(("pause", "resume", "advance", "activate", "complete"))
        rest = ((),) if kind in ("activate", "complete") else ()
        yield 3, kind, lambda: (self._one(_PHASES), *rest)

    def _with_flags(self, key: str, seen: Observation) -> tuple[Argument, ...]:
        """A phase, and its flags whose losses or limits are accepted."""
        keys = tuple(seen.links.get(key, {}))
        return key, keys if self._random.random() < 0.8 else ()

    def _flag(self, fresh: list[str]) -> tuple[Argument, ...]:
        percentage = self._one((None, *_PERCENTAGES))
        users = self._people() if self._random.random() < 0.3 else ()
        return fresh[0], self._random.random() < 0.3, percentage, users

    def _phase(self, key: str, seen: Observation) -> tuple[Argument, ...]:
        return key, _PLATFORMS[key], self._links(seen), self._steps()

    def _links(self, seen: Observation) -> tuple[Argument, ...]:
        """Mostly of flags that no other phase has: two runs cannot hold one flag."""
        taken = {key for links in seen.links.values() for key in links}
        free = [key for key in seen.flags if key not in taken or self._random.random() < 0.2]
        pool = free or [*seen.flags]
        some = self._random.sample(pool, min(len(pool), self._one((1, 2, 2))))
        return tuple((key, self._one((None, None, *_PERCENTAGES))) for key in some)

    def _steps(self) -> tuple[Argument, ...]:
        """A ramp that only widens; some steps go on by themselves, some wait for approval."""
        ends = sorted(self._random.sample((1.0, 5.0, 20.0, 50.0, 80.0), self._one((0, 1, 2, 3))))
        widths = (*ends, 100.0) if ends else ()
        return tuple((at, self._one((None, 30, 60)), self._random.random() < 0.2) for at in widths)

    def _criteria(self) -> tuple[Argument, ...]:
        actions = [*(item.value for item in GuardAction), GuardAction.ROLLBACK.value]
        return tuple(
            (self._one(actions), self._one((1, 2, 3))) for _ in range(self._one((1, 2, 2)))
        )

    def _samples(self) -> tuple[Argument, ...]:
        """Good, at the limit, bad; too few or enough; fresh, late, or later than any window."""
        value = self._one((LIMIT / 2, LIMIT, LIMIT * 5, LIMIT * 5))
        return value, self._one((1, 3, 5, 7)), float(self._one((0, 1, 1, 20, 90, 3000)))

    def _declaration(self) -> tuple[Argument, ...]:
        """Mostly of the kind and unit that its name suggests."""
        name, kind, unit = self._one(_METRICS)
        if self._random.random() < 0.3:
            kind, unit = self._one((None, "gauge", "counter")), self._one(("", "ms", "s"))
        return name, kind, unit, self._one((1.0, 1.0, 1.0, -1.0))

    def _people(self) -> tuple[Argument, ...]:
        return tuple(self._random.sample(PEOPLE, self._one((0, 1, 2))))

    def _killed(self, some: list[str]) -> tuple[Argument, ...]:
        return ("*",) if self._random.random() < 0.2 else (self._one(some),)

    def _mode(self) -> str:
        return str(self._one([*RollbackMode]))

    def _checks(self) -> tuple[Argument, ...]:
        return self._one(((), (CheckType.EMAIL.value,)))

    def _one(self, some: Sequence[T]) -> T:
        return self._random.choice(some)


def _nothing() -> tuple[Argument, ...]:
    return ()


def _can_start(seen: Observation, key: str) -> bool:
    """Not over, on platforms that are free, with flags that no live run holds."""
    row = seen.phases[key]
    busy = {name for other in seen.live() for name in seen.phases[other]["platforms"]}
    is_free = not busy & set(row["platforms"]) and not seen.reserved() & set(
        seen.links.get(key, ())
    )
    return is_free and row["status"] != "completed"


def _has_next_step(seen: Observation, key: str) -> bool:
    row = seen.phases[key]
    return row["step_index"] is not None and row["step_index"] < len(row["steps"]) - 1
