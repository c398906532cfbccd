"""Evaluates flags for a person, now or in the past, and explains why (S24, S57 to S60, A22)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import steps_of
from db.models.events import Change
from db.queries import changes, people, phases
from domain.actors import USER_TYPES, Actor, UserType, VendorType
from domain.flags import explanations
from domain.flags.explanations import Explanation
from domain.flags.flags import BucketBy, Evaluation, EvaluationContext, groups_of, values_of
from domain.ids import parse_uuid
from domain.phases.phases import PhaseStatus, next_step_at
from services.flags import flag_history
from services.flags.flag_sets import FlagSet


@dataclass(frozen=True, slots=True)
class EvaluateFlags:
    """A request to evaluate flags. A user's id as targeting key also selects their groups."""

    targeting_key: str | None = None
    user_type: UserType | None = None
    vendor_type: VendorType | None = None
    keys: Sequence[str] | None = None
    explain: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExplainedEvaluation:
    """An evaluation, with its explanation where one was requested."""

    evaluation: Evaluation
    explanation: Explanation | None = None
    caused_by: Change | None = None
    next_change_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """The evaluations of the requested flags, at one version of the whole set."""

    version: int
    flags: list[ExplainedEvaluation]


def viewer_context(actor: Actor, device_id: str | None) -> EvaluationContext:
    """Return the evaluation context of the caller, without reading the database (S58)."""
    keys: dict[BucketBy, str] = {}
    if device_id:
        keys[BucketBy.DEVICE] = device_id
    ids = (
        (BucketBy.USER, actor.user_id),
        (BucketBy.SUPPLIER, actor.supplier_id),
        (BucketBy.COUPLE, actor.couple_id),
    )
    keys.update({kind: str(value) for kind, value in ids if value is not None})
    kind = USER_TYPES[actor.role] if actor.role else None
    return EvaluationContext(keys, groups_of(kind, actor.vendor_type, actor.role))


def etag(version: int, evaluations: Sequence[Evaluation]) -> str:
    """Return an ETag that changes with a value that the caller sees, not with every version."""
    names = ",".join([item.key for item in evaluations]).encode()
    return etag_of(version, names, values_of(evaluations))


def etag_of(version: int, names: bytes, values: bytes) -> str:
    """Return the ETag of keys, joined with commas, and their values, one byte each."""
    return hashlib.sha256(names + values).hexdigest()[:16] if values else f"empty-{version}"


async def evaluate_for(
    session: AsyncSession, flag_set: FlagSet, command: EvaluateFlags, now: datetime
) -> EvaluationResult:
    """Evaluate the requested flags, hidden ones included (A22).

    For an earlier moment with the state, reason and change that applied then (L20).
    """
    past = command.at if command.at is not None and command.at < now else None
    flag_set_at = await flag_history.as_of(session, flag_set, past) if past else flag_set
    context = await _context(session, command)
    keys = command.keys if command.keys is not None else list(flag_set_at.flags)
    evaluations = [flag_set_at.evaluate(key, context) for key in dict.fromkeys(keys)]
    explained = [ExplainedEvaluation(item) for item in evaluations]
    if command.explain:
        explained = await _explain(session, flag_set_at, evaluations, context, past)
    return EvaluationResult(flag_set_at.version, explained)


async def _context(session: AsyncSession, command: EvaluateFlags) -> EvaluationContext:
    user_id = parse_uuid(command.targeting_key) if command.targeting_key else None
    person = await people.by_user(session, user_id) if user_id else None
    stated = groups_of(command.user_type, command.vendor_type)
    if person is None:
        keys = {BucketBy.USER: command.targeting_key} if command.targeting_key else {}
        return EvaluationContext(keys, stated)
    return replace(person.context, groups=stated or person.context.groups)


async def _explain(
    session: AsyncSession,
    flag_set_at: FlagSet,
    evaluations: Sequence[Evaluation],
    context: EvaluationContext,
    at: datetime | None,
) -> list[ExplainedEvaluation]:
    ids = [flag.id for item in evaluations if (flag := flag_set_at.flags.get(item.key))]
    last = await changes.newest_by_subject(session, ids, until=at)
    upcoming = await (flag_history.upcoming(session, at) if at else _upcoming(session))
    result = []
    for item in evaluations:
        flag = flag_set_at.flags.get(item.key)
        change = last.get(flag.id) if flag else None
        moment = upcoming.get(flag.id) if flag else None
        result.append(
            ExplainedEvaluation(item, explanations.explain(flag, item, context), change, moment)
        )
    return result


async def _upcoming(session: AsyncSession) -> dict[UUID, datetime]:
    """Return when the ramp of its phase will change each flag."""
    live = {row.id: row for row in await phases.list_all(session, [PhaseStatus.ACTIVE])}
    linked = await phases.linked_flags(session, list(live)) if live else {}
    result: dict[UUID, datetime] = {}
    for phase_id, links in linked.items():
        phase = live[phase_id]
        at = next_step_at(steps_of(phase.steps), phase.step_index, phase.step_started_at)
        if at is not None:
            result.update({link.flag.id: at for link in links})
    return result
