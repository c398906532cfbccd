"""Silences: planned work, during which nobody is told of what it breaks (A28)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.actors import ActorRef
from domain.errors import Invalid
from domain.health.health import CheckType

LONGEST = timedelta(days=7)  # a silence that nobody remembers is a hole in the watch
FARTHEST = timedelta(days=90)
KEPT = timedelta(days=2)  # after its end, so that readings which are stored late are still marked


class SilenceStatus(StrEnum):
    """Where a silence stands at a moment."""

    PLANNED = "planned"
    IN_FORCE = "in_force"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Silence:
    """From `starts_at` until `ends_at`, which is outside. No checks: all of them.

    It is only ever made shorter: of two copies the one that ends first is the newer.
    """

    id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str
    created_by: ActorRef
    created_at: datetime
    checks: tuple[CheckType, ...] = ()
    holds_criteria: bool = True
    ended_early: bool = False

    def status(self, now: datetime) -> SilenceStatus:
        """Where it stands."""
        if now >= self.ends_at:
            return SilenceStatus.OVER
        return SilenceStatus.IN_FORCE if now >= self.starts_at else SilenceStatus.PLANNED

    def covers(self, check: CheckType | None, at: datetime) -> bool:
        """Whether it silences a check at a moment; None stands for all of them together."""
        is_concerned = not self.checks or check in self.checks
        return is_concerned and self.status(at) is SilenceStatus.IN_FORCE


def covering(silences: Iterable[Silence], check: CheckType | None, at: datetime) -> Silence | None:
    """Of the silences that cover a check the one that lasts longest."""
    in_force = [silence for silence in silences if silence.covers(check, at)]
    return max(in_force, key=lambda silence: silence.ends_at, default=None)


def holding(
    silences: Iterable[Silence], at: datetime, checks: Collection[CheckType]
) -> Silence | None:
    """The silence because of which a criterion that depends on these checks is not judged."""
    in_force = [
        silence
        for silence in silences
        if silence.holds_criteria and any(silence.covers(check, at) for check in checks)
    ]
    return max(in_force, key=lambda silence: silence.ends_at, default=None)


def holds_because(
    silences: Iterable[Silence], at: datetime, checks: Collection[CheckType]
) -> str | None:
    """Why a criterion is not judged at a moment, in words; None where it is."""
    silence = holding(silences, at, checks)
    if silence is None:
        return None
    return f"silence until {silence.ends_at.astimezone(UTC):%H:%M:%S} UTC ({silence.reason})"


def newest(*stores: Iterable[Silence]) -> list[Silence]:
    """Each silence once, as whoever knows most of it knows it."""
    by_id: dict[UUID, Silence] = {}
    for silence in (silence for store in stores for silence in store):
        if silence.id not in by_id or silence.ends_at < by_id[silence.id].ends_at:
            by_id[silence.id] = silence
    return list(by_id.values())


def is_forgotten(silence: Silence, now: datetime) -> bool:
    """Over for so long that nothing asks for it any more."""
    return now - silence.ends_at > KEPT


def check_times(starts_at: datetime | None, ends_at: datetime, now: datetime) -> datetime:
    """When it begins: a beginning that is left out or past is now. Raises Invalid."""
    start = max(starts_at or now, now)
    if ends_at <= start:
        raise Invalid("A silence ends after it begins, and not in the past.", path=_ENDS)
    if ends_at - start > LONGEST:
        raise Invalid(f"A silence lasts at most {LONGEST.days} days.", path=_ENDS)
    if start - now > FARTHEST:
        path = ("input", "startsAt")
        raise Invalid(f"A silence begins within {FARTHEST.days} days.", path=path)
    return start


def unique(checks: Sequence[CheckType] | None) -> tuple[CheckType, ...]:
    """The checks in one order; all of them is the same as none."""
    distinct = tuple(check for check in CheckType if check in (checks or ()))
    return () if len(distinct) == len(CheckType) else distinct


_ENDS = ("input", "endsAt")
