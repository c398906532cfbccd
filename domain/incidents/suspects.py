"""Ranks the changes that may have caused an incident by evidence (X8, L18).

A change that affected no user is no suspect, and closeness in time alone is never enough. "Nothing
likely" is a valid result.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.platform.change_actions import ChangeAction
from domain.platform.text_format import format_duration

WINDOW = timedelta(minutes=15)

Audited = Mapping[str, object]

_FEATURE, _EXPOSURE, _RUN = 0.4, 0.4, 0.2
_LIKELY = 0.1  # lower scores are not shown
_UNKNOWN_SHARE = 0.5  # other groups see it: an uncounted share of the users


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change as the ranking sees it. `exposure`: how far the share of users moved, 0 to 1.

    `reverted_at`: when revertChange undid it; `undone`: it was no longer in force at the onset.
    """

    id: UUID
    at: datetime
    key: str | None
    exposure: float
    run_id: UUID | None = None
    phase_id: UUID | None = None
    action: str = ChangeAction.UPDATED
    regrouped: bool = False
    reverted_at: Collection[datetime] = ()
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Onset:
    """When and where the problem began; its last opening, and its end.

    `latest`: the latest possible beginning, if `at` is no finer than that.
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
    """A change with a score from 0 to 1, and why. `confirmed`: its revert ended the incident."""

    id: UUID
    score: float
    why: tuple[str, ...]
    confirmed: bool = False


def rank(onset: Onset, candidates: Sequence[Candidate], limit: int) -> list[Suspect]:
    """The most suspicious changes of the 15 minutes before the onset, highest score first."""
    near = [item for item in candidates if _may_be_cause(onset, item)]
    judged = [_score_candidate(onset, item) for item in near]
    suspects = [suspect for suspect in judged if suspect.score >= _LIKELY]
    moments = {item.id: item.at for item in near}
    suspects.sort(key=lambda suspect: (suspect.score, moments[suspect.id]), reverse=True)
    return suspects[:limit]


def exposure_of(before: Audited | None, after: Audited | None) -> float:
    """How far the share of users that see a flag moved, from 0 to 1."""
    return abs(_user_share(after) - _user_share(before))


def is_regrouped(before: Audited | None, after: Audited | None) -> bool:
    """True if a flag that is on targets other people than before."""
    return _groups(before) != _groups(after)


def is_undone(before: Audited | None, last: Audited | None) -> bool:
    """True if people see what they saw before the change; `last` is the current state."""
    return (_user_share(before), _groups(before)) == (_user_share(last), _groups(last))


def _may_be_cause(onset: Onset, item: Candidate) -> bool:
    """True if it reached people before the onset and was in force then.

    An emergency rollback is a remedy, never a cause.
    """
    is_near = onset.at - WINDOW <= item.at < (onset.latest or onset.at)
    reached = item.exposure > 0 or item.regrouped
    return is_near and reached and not item.undone and item.action != ChangeAction.ROLLED_BACK


def _score_candidate(onset: Onset, item: Candidate) -> Suspect:
    before = max(onset.at - item.at, timedelta(0))
    score = 0.0
    why = [_time_reason(onset, before)]
    if item.key is not None and item.key in onset.features:
        score += _FEATURE
        why.append(f"{item.key} is one of the affected features")
    if item.exposure > 0:
        score += _EXPOSURE * item.exposure
        why.append(f"moved {item.exposure * 100:g} % of the users")
    elif item.regrouped:
        score += _EXPOSURE * _UNKNOWN_SHARE
        why.append("changed the target groups")
    if _is_same_id(onset.run_id, item.run_id) or _is_same_id(onset.phase_id, item.phase_id):
        score += _RUN
        why.append("belongs to the same phase")
    score *= 1 - 0.5 * (before / WINDOW)
    if item.reverted_at:
        why.append("was reverted since")
    return _confirm(onset, item, Suspect(item.id, round(score, 4), tuple(why)))


def _time_reason(onset: Onset, before: timedelta) -> str:
    if before or onset.latest is None:
        return f"{format_duration(before)} before it began"
    return f"within the {format_duration(onset.latest - onset.at)} in which it began"


def _confirm(onset: Onset, item: Candidate, suspect: Suspect) -> Suspect:
    if not _ended_by(onset, item):
        return suspect
    why = (*suspect.why, "the incident ended after its revert")
    return replace(suspect, score=1.0, confirmed=True, why=why)


def _ended_by(onset: Onset, item: Candidate) -> bool:
    """True if it was reverted while the incident was open, and the incident ended."""
    if onset.ended_at is None:
        return False
    begin = onset.open_since or onset.at
    return any(begin <= moment <= onset.ended_at for moment in item.reverted_at)


def _user_share(state: Audited | None) -> float:
    if not state or state.get("enabled") is not True:
        return 0.0
    percentage = state.get("rolloutPercentage")
    return float(percentage) / 100 if isinstance(percentage, int | float) else 0.0


def _groups(state: Audited | None) -> object:
    """The groups that see a flag while it is on: an allow list applies at 0 % too."""
    if not state or state.get("enabled") is not True:
        return None
    return state.get("targetGroups") or None


def _is_same_id(one: UUID | None, other: UUID | None) -> bool:
    return one is not None and one == other
