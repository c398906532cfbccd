"""Which change may have caused an incident: a ranking with its reasons (SPEC X8)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

WINDOW = timedelta(minutes=15)

Audited = Mapping[str, object]

_TIME, _FEATURE, _EXPOSURE, _RUN = 0.35, 0.25, 0.25, 0.15


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change as the ranking sees it. `exposure` is how far the share of users moved, 0 to 1."""

    id: UUID
    at: datetime
    key: str | None
    exposure: float
    run_id: UUID | None = None
    phase_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Onset:
    """When and where it began."""

    at: datetime
    features: Collection[str] = ()
    run_id: UUID | None = None
    phase_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A change with its score between 0 and 1, and why."""

    id: UUID
    score: float
    why: tuple[str, ...]


def rank(onset: Onset, candidates: Sequence[Candidate], limit: int) -> list[Suspect]:
    """The most suspicious changes of the 15 minutes before the onset, worst first."""
    near = [item for item in candidates if onset.at - WINDOW <= item.at < onset.at]
    suspects = [_judge(onset, item) for item in near]
    moments = {item.id: item.at for item in near}
    suspects.sort(key=lambda found: (found.score, moments[found.id]), reverse=True)
    return suspects[:limit]


def exposure_of(before: Audited | None, after: Audited | None) -> float:
    """How far the share of users that see a flag moved, between 0 and 1."""
    return abs(_share(after) - _share(before))


def _judge(onset: Onset, item: Candidate) -> Suspect:
    before = onset.at - item.at
    score = _TIME * (1 - before / WINDOW)
    why = [f"{_span(before)} before it began"]
    if item.key is not None and item.key in onset.features:
        score += _FEATURE
        why.append(f"{item.key} is one of the affected features")
    if item.exposure > 0:
        score += _EXPOSURE * item.exposure
        why.append(f"moved {item.exposure * 100:g} % of the users")
    if _same(onset.run_id, item.run_id) or _same(onset.phase_id, item.phase_id):
        score += _RUN
        why.append("belongs to the same phase")
    return Suspect(item.id, round(score, 4), tuple(why))


def _share(state: Audited | None) -> float:
    if not state or state.get("enabled") is not True:
        return 0.0
    percentage = state.get("rolloutPercentage")
    return float(percentage) / 100 if isinstance(percentage, int | float) else 0.0


def _same(one: UUID | None, other: UUID | None) -> bool:
    return one is not None and one == other


def _span(time: timedelta) -> str:
    seconds = round(time.total_seconds())
    return f"{seconds} s" if seconds < 90 else f"{seconds / 60:.0f} min"
