"""Moments of the day at which the driver looked, for `launchState(at:)` to be compared with."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import time
from typing import Any

from tests.launch_day.api import Api, Failed
from tests.launch_day.lines import Line, Verdict, agree
from tests.launch_day.plan import FLAGS, KEY

Json = Any
_LIVE = """query Live($keys: String) {
  launchPhases { key status }
  featureFlags(first: 100, search: $keys) { nodes { key enabled rolloutPercentage } }
  incidents(first: 100) { nodes { number } }
}"""
STATE = """query StateAt($at: DateTime!) { launchStateAt(at: $at) {
  phases { key status } flags { key state { enabled rolloutPercentage } }
  checks { type status } incidents { number status }
} }"""
_GOOD = "HEALTHY"
_OPEN = ("OPEN", "INVESTIGATING")


@dataclass(frozen=True, slots=True)
class State:
    """What the launch is like. `None`: nobody could say."""

    phase: str | None
    flags: Mapping[str, tuple[bool, float]] | None
    incidents: frozenset[int] | None
    checks: Mapping[str, str]


NOTHING = State(None, None, None, {})  # nobody could say anything


@dataclass(frozen=True, slots=True)
class Moment:
    """`at` lies between two looks, `seen` is what both of them and the open pages showed."""

    name: str
    at: float
    seen: State


async def look(api: Api, token: str) -> State | None:
    """What the product says now; None where it does not answer."""
    try:
        state = await api.ask_all(_LIVE, token, keys="day_feature")
    except Failed:
        return None
    flags = {
        flag["key"]: (bool(flag["enabled"]), float(flag["rolloutPercentage"]))
        for flag in state["featureFlags"]["nodes"]
        if flag["key"] in FLAGS
    }
    phase = next(item["status"] for item in state["launchPhases"] if item["key"] == KEY)
    return State(phase, flags, frozenset(n["number"] for n in state["incidents"]["nodes"]), {})


def both(first: State | None, second: State | None, checks: Mapping[str, str]) -> State:
    """What two looks agree in; the rest may have changed between them."""
    if first is None or second is None:
        return State(None, None, None, checks)
    return State(
        first.phase if first.phase == second.phase else None,
        first.flags if first.flags == second.flags else None,
        first.incidents if first.incidents == second.incidents else None,
        checks,
    )


async def between(api: Api, token: str, pause: float) -> tuple[float, State]:
    """A moment, and what was so before it and after it."""
    first = await look(api, token)
    await asyncio.sleep(pause / 2)
    at = time()
    await asyncio.sleep(pause / 2)
    return at, both(first, await look(api, token), {})


def state_of(claimed: Json) -> State:
    """An answer of `launchStateAt`."""
    flags = {
        flag["key"]: (bool(flag["state"]["enabled"]), float(flag["state"]["rolloutPercentage"]))
        for flag in claimed["flags"]
        if flag["key"] in FLAGS
    }
    phase = next((item["status"] for item in claimed["phases"] if item["key"] == KEY), None)
    open_ = frozenset(item["number"] for item in claimed["incidents"] if item["status"] in _OPEN)
    checks = {item["type"]: item["status"] for item in claimed["checks"]}
    return State(phase, flags, open_, checks)


def without(seen: State, told_later: frozenset[int]) -> State:
    """The state at a moment goes by when something happened, a look by when it was known (D6)."""
    return replace(seen, incidents=None) if told_later and seen.incidents is not None else seen


def differences(seen: State, claimed: State) -> list[tuple[str, str]]:
    """Each with what was seen and what is claimed; what was not seen differs from nothing."""
    pairs = []
    if seen.phase is not None and seen.phase != claimed.phase:
        pairs.append((f"phase {seen.phase}", f"phase {claimed.phase}"))
    if seen.flags is not None and seen.flags != claimed.flags:
        pairs.append((f"flags {_flags(seen.flags)}", f"flags {_flags(claimed.flags or {})}"))
    if seen.incidents is not None and seen.incidents != claimed.incidents:
        pairs.append(
            (f"incidents {_numbers(seen.incidents)}", f"incidents {_numbers(claimed.incidents)}")
        )
    for check, status in seen.checks.items():
        if claimed.checks.get(check) != status:
            pairs.append((f"{check} {status}", f"{check} {claimed.checks.get(check)}"))
    return pairs


def compare(moment: Moment, claimed: State) -> Line:
    """One moment."""
    name = f"launchState at: {moment.name}"
    wrong = differences(moment.seen, claimed)
    if wrong:
        seen, claim = ("; ".join(part) for part in zip(*wrong, strict=True))
        return agree("state at ten moments", name, seen, claim, holds=False)
    if moment.seen == NOTHING:
        return Line("state at ten moments", name, "nothing", "something", Verdict.NOT_JUDGED)
    return agree("state at ten moments", name, describe(moment.seen), "the same", holds=True)


def describe(state: State) -> str:
    """In one line: only what is known."""
    parts = [f"phase {state.phase}"] if state.phase else []
    parts += [f"flags {_flags(state.flags)}"] if state.flags is not None else []
    parts += [f"incidents {_numbers(state.incidents)}"] if state.incidents is not None else []
    if state.checks:
        bad = [f"{check} {status}" for check, status in state.checks.items() if status != _GOOD]
        parts += [f"{len(state.checks)} checks", *bad]
    return ", ".join(parts)


def _flags(flags: Mapping[str, tuple[bool, float]]) -> str:
    kinds = sorted({f"{share:g} %" if on else "off" for on, share in flags.values()})
    return f"{len(flags)} at {', '.join(kinds)}" if flags else "none"


def _numbers(numbers: frozenset[int] | None) -> str:
    return ", ".join(f"#{number}" for number in sorted(numbers or ())) or "none"
