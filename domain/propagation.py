"""Who has a version of the flag set, and how long that took (SPEC X5, S97; ADR on receipts).

Every moment in here is a number of milliseconds on one clock that all processes share.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

BUDGET = timedelta(seconds=30)
RESOLUTION_MS = 10


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one process says about one version that it went to.

    `clients` are the live streams that have it or still wait for it; `delays` says how many got
    it in which step of RESOLUTION_MS after `served_ms`. `initial`: the process started with it.
    """

    process: str
    version: int
    served_ms: int
    clients: int = 0
    delays: Mapping[int, int] = field(default_factory=dict)
    confirmed: int = 0
    initial: bool = False

    @property
    def handed(self) -> int:
        """How many of its clients have it."""
        return sum(self.delays.values())


@dataclass(frozen=True, slots=True)
class Start:
    """When a version was committed: by the author's wall clock, and on the shared clock."""

    at: datetime
    ms: int | None = None


@dataclass(frozen=True, slots=True)
class Propagation:
    """How far a version has come. `within_budget` None: there is still time to make it."""

    version: int
    started_at: datetime
    processes: int = 0
    total: int = 0
    acked: int = 0
    confirmed: int = 0
    p95_ms: int | None = None
    complete_ms: int | None = None
    complete: bool = False
    slowest: str | None = None
    within_budget: bool | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One process in the sum."""

    process: str
    clients: int
    receipt: Receipt | None

    @property
    def acked(self) -> int:
        return 1 + self.receipt.handed if self.receipt else 0

    @property
    def is_done(self) -> bool:
        return self.acked == 1 + self.clients


def merge(
    version: int,
    start: Start,
    receipts: Iterable[Receipt],
    alive: Mapping[str, int],
    *,
    known: bool,
    now: datetime,
) -> Propagation:
    """Put what every process says together.

    `alive` holds the processes that live now with the streams of each. `known` False: others
    could not be asked, so nothing is complete.
    """
    parts = _parts(version, receipts, alive)
    delays = _delays(parts, start)
    complete = known and bool(parts) and all(part.is_done for part in parts)
    complete_ms = max(delays, default=0) if complete else None
    return Propagation(
        version=version,
        started_at=start.at,
        processes=len(parts),
        total=sum(1 + part.clients for part in parts),
        acked=sum(part.acked for part in parts),
        confirmed=sum(part.receipt.confirmed for part in parts if part.receipt),
        p95_ms=percentile(delays, 95),
        complete_ms=complete_ms,
        complete=complete,
        slowest=_slowest(parts, start),
        within_budget=within_budget(complete_ms, start.at, now),
    )


def within_budget(complete_ms: int | None, started_at: datetime, now: datetime) -> bool | None:
    """Whether everybody had it within 30 s (S97); None while that can still happen."""
    if complete_ms is not None:
        return timedelta(milliseconds=complete_ms) <= BUDGET
    return None if now - started_at <= BUDGET else False


def percentile(delays: Mapping[int, int], percent: int) -> int | None:
    """The smallest delay that so many percent of the receivers did not exceed."""
    wanted = -(-sum(delays.values()) * percent // 100)
    for delay in sorted(delays):
        wanted -= delays[delay]
        if wanted <= 0:
            return delay
    return None


def _parts(version: int, receipts: Iterable[Receipt], alive: Mapping[str, int]) -> list[_Part]:
    """One for each process that counts: those alive, and those that had it before they left."""
    best: dict[str, Receipt] = {}
    for receipt in sorted(receipts, key=lambda item: -item.version):
        if receipt.version >= version:
            best[receipt.process] = receipt
    missing = [_Part(name, streams, None) for name, streams in alive.items() if name not in best]
    return sorted([*missing, *map(partial(_part, alive), best.values())], key=_name)


def _part(alive: Mapping[str, int], receipt: Receipt) -> _Part:
    # The streams that still waited have died with their process.
    clients = receipt.clients if receipt.process in alive else receipt.handed
    return _Part(receipt.process, clients, receipt)


def _name(part: _Part) -> str:
    return part.process


def _delays(parts: Sequence[_Part], start: Start) -> Counter[int]:
    begin = _begin(parts, start)
    found: Counter[int] = Counter()
    for part in parts:
        if part.receipt is not None and not part.receipt.initial:
            found.update(_of_receipt(part.receipt, begin))
    return found


def _of_receipt(receipt: Receipt, begin: int) -> Counter[int]:
    served = max(receipt.served_ms - begin, 0)
    found = Counter({served: 1})
    for step, clients in receipt.delays.items():
        found[served + step * RESOLUTION_MS] += clients
    return found


def _begin(parts: Sequence[_Part], start: Start) -> int:
    """Nobody told when it was committed: then it is when the first process had it."""
    if start.ms is not None:
        return start.ms
    return min((part.receipt.served_ms for part in parts if part.receipt), default=0)


def _slowest(parts: Sequence[_Part], start: Start) -> str | None:
    """Who is waited for; once nobody is, who took longest."""
    missing = [part.process for part in parts if part.receipt is None]
    if missing:
        return missing[0]
    waiting = [part for part in parts if not part.is_done]
    if waiting:
        most = max(waiting, key=lambda part: part.clients - part.acked)
        return f"clients of {most.process}"
    begin = _begin(parts, start)
    last = [
        (max(_of_receipt(part.receipt, begin)), bool(part.receipt.delays), part.process)
        for part in parts
        if part.receipt is not None and not part.receipt.initial
    ]
    if not last:
        return None
    _, has_clients, process = max(last)
    return f"a client of {process}" if has_clients else process
