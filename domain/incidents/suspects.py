"""Which change may have caused an incident: a ranking by evidence (X8, L18).

A change that reached nobody is no suspect, and that it was near in time is never enough. "Nothing
likely" is a valid answer.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

WINDOW = timedelta(minutes=15)
# What an emergency rollback did is the cure of something, never its cause.
CURES = frozenset({"rolled back"})

Audited = Mapping[str, object]

_FEATURE, _EXPOSURE, _RUN = 0.4, 0.4, 0.2
_LIKELY = 0.1  # what scores less is not worth anybody's time
_UNKNOWN_SHARE = 0.5  # other groups see it now: some of the users, nobody has counted how many


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change as the ranking sees it. `exposure` is how far the share of users moved, 0 to 1.

    `reverted_at` are the moments at which revertChange undid it; `undone`: it was no longer in
    force when the trouble began.
    """

    id: UUID
    at: datetime
    key: str | None
    exposure: float
    run_id: UUID | None = None
    phase_id: UUID | None = None
    action: str = "updated"
    regrouped: bool = False
    reverted_at: Collection[datetime] = ()
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Onset:
    """When and where it began; from when on it was open the last time, and when it ended.

    `latest`: by when it had begun, where `at` is no finer than that.
    """

    at: datetime
    features: Collection[str] = ()
    run_id: UUID | None = None
    phase_id: UUID | None = None
    open_since: datetime | None = None
    ended_at: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A change with its score between 0 and 1, and why. `confirmed`: its revert ended it."""

    id: UUID
    score: float
    why: tuple[str, ...]
    confirmed: bool = False


def rank(onset: Onset, candidates: Sequence[Candidate], limit: int) -> list[Suspect]:
    """The most suspicious changes of the 15 minutes before the onset, worst first."""
    near = [item for item in candidates if _may_be_cause(onset, item)]
    judged = [_judge(onset, item) for item in near]
    suspects = [suspect for suspect in judged if suspect.score >= _LIKELY]
    moments = {item.id: item.at for item in near}
    suspects.sort(key=lambda suspect: (suspect.score, moments[suspect.id]), reverse=True)
    return suspects[:limit]


def exposure_of(before: Audited | None, after: Audited | None) -> float:
    """How far the share of users that see a flag moved, between 0 and 1."""
    return abs(_share(after) - _share(before))


def is_regrouped(before: Audited | None, after: Audited | None) -> bool:
    """Whether other people than before are meant by a flag that is on."""
    return _groups(before) != _groups(after)


def span(time: timedelta) -> str:
    """How long, for people."""
    seconds = round(time.total_seconds())
    return f"{seconds} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def is_undone(before: Audited | None, last: Audited | None) -> bool:
    """Whether people see what they saw before a change: `last` is the state after all changes."""
    return (_share(before), _groups(before)) == (_share(last), _groups(last))


def _may_be_cause(onset: Onset, item: Candidate) -> bool:
    """It reached people before it began, and was still in force then."""
    is_near = onset.at - WINDOW <= item.at < (onset.latest or onset.at)
    reached = item.exposure > 0 or item.regrouped
    return is_near and reached and not item.undone and item.action not in CURES


def _judge(onset: Onset, item: Candidate) -> Suspect:
    before = max(onset.at - item.at, timedelta(0))
    score = 0.0
    why = [_when(onset, before)]
    if item.key is not None and item.key in onset.features:
        score += _FEATURE
        why.append(f"{item.key} is one of the affected features")
    if item.exposure > 0:
        score += _EXPOSURE * item.exposure
        why.append(f"moved {item.exposure * 100:g} % of the users")
    elif item.regrouped:
        score += _EXPOSURE * _UNKNOWN_SHARE
        why.append("changed which groups are meant")
    if _same(onset.run_id, item.run_id) or _same(onset.phase_id, item.phase_id):
        score += _RUN
        why.append("belongs to the same phase")
    score *= 1 - 0.5 * (before / WINDOW)
    if item.reverted_at:
        why.append("was reverted since")
    return _confirmed(onset, item, Suspect(item.id, round(score, 4), tuple(why)))


def _when(onset: Onset, before: timedelta) -> str:
    if before or onset.latest is None:
        return f"{span(before)} before it began"
    return f"within the {span(onset.latest - onset.at)} in which it began"


def _confirmed(onset: Onset, item: Candidate, suspect: Suspect) -> Suspect:
    if not _ended_by(onset, item):
        return suspect
    return replace(suspect, score=1.0, confirmed=True, why=(*suspect.why, "its revert ended this"))


def _ended_by(onset: Onset, item: Candidate) -> bool:
    """It was undone while the incident was open, and the incident did end."""
    if onset.ended_at is None:
        return False
    begin = onset.open_since or onset.at
    return any(begin <= moment <= onset.ended_at for moment in item.reverted_at)


def _share(state: Audited | None) -> float:
    if not state or state.get("enabled") is not True:
        return 0.0
    percentage = state.get("rolloutPercentage")
    return float(percentage) / 100 if isinstance(percentage, int | float) else 0.0


def _groups(state: Audited | None) -> object:
    """The groups that see a flag while it is on: an allow list reaches people at 0 % too."""
    if not state or state.get("enabled") is not True:
        return None
    return state.get("targetGroups") or None


def _same(one: UUID | None, other: UUID | None) -> bool:
    return one is not None and one == other
