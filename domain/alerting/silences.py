"""Silences: planned work during which its effects are not announced (A28)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.actors import ActorRef
from domain.errors import Invalid
from domain.health.health import CheckType

LONGEST = timedelta(days=7)  # a forgotten silence would be a gap in the monitoring
FARTHEST = timedelta(days=90)
KEPT = timedelta(days=2)  # after its end, so that readings which are stored late are still marked


class SilenceStatus(StrEnum):
    """The status of a silence at a moment."""

    PLANNED = "planned"
    IN_FORCE = "in_force"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence from `starts_at` to `ends_at` (exclusive). No checks: all checks.

    A silence is only ever shortened: of two copies, the one that ends first is newer.
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
        """Its status at a moment."""
        if now >= self.ends_at:
            return SilenceStatus.OVER
        return SilenceStatus.IN_FORCE if now >= self.starts_at else SilenceStatus.PLANNED

    def covers(self, check: CheckType | None, at: datetime) -> bool:
        """True if it silences a check at a moment; None stands for all checks together."""
        is_concerned = not self.checks or check in self.checks
        return is_concerned and self.status(at) is SilenceStatus.IN_FORCE


def covering(silences: Iterable[Silence], check: CheckType | None, at: datetime) -> Silence | None:
    """Of the silences that cover a check, the one that ends last."""
    in_force = [silence for silence in silences if silence.covers(check, at)]
    return max(in_force, key=lambda silence: silence.ends_at, default=None)


def suppressing_silence(
    silences: Iterable[Silence], at: datetime, checks: Collection[CheckType]
) -> Silence | None:
    """The silence that suspends a criterion which depends on these checks."""
    in_force = [
        silence
        for silence in silences
        if silence.holds_criteria and any(silence.covers(check, at) for check in checks)
    ]
    return max(in_force, key=lambda silence: silence.ends_at, default=None)


def suppression_reason(
    silences: Iterable[Silence], at: datetime, checks: Collection[CheckType]
) -> str | None:
    """Why a criterion is not judged at a moment; None if it is judged."""
    silence = suppressing_silence(silences, at, checks)
    if silence is None:
        return None
    return f"silence until {silence.ends_at.astimezone(UTC):%H:%M:%S} UTC ({silence.reason})"


def newest(*stores: Iterable[Silence]) -> list[Silence]:
    """Merge several stores: each silence once, in its newest version."""
    by_id: dict[UUID, Silence] = {}
    for silence in (silence for store in stores for silence in store):
        if silence.id not in by_id or silence.ends_at < by_id[silence.id].ends_at:
            by_id[silence.id] = silence
    return list(by_id.values())


def is_forgotten(silence: Silence, now: datetime) -> bool:
    """True if the silence ended so long ago that nothing needs it."""
    return now - silence.ends_at > KEPT


def check_times(starts_at: datetime | None, ends_at: datetime, now: datetime) -> datetime:
    """Return when it begins: now, if the start is missing or past. Raises Invalid."""
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
    """The checks in a fixed order; all of them become the empty tuple."""
    distinct = tuple(check for check in CheckType if check in (checks or ()))
    return () if len(distinct) == len(CheckType) else distinct


_ENDS = ("input", "endsAt")
