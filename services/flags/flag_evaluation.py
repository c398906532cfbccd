"""What somebody sees, and why, now or at an earlier moment (S24, S57 to S60, A22, X7)."""

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
from domain.flags.flags import BucketBy, Evaluation, EvaluationContext, groups_of
from domain.ids import parse_uuid
from domain.phases.phases import PhaseStatus, next_step_at
from services.flags import flag_history
from services.flags.flag_sets import FlagSet


@dataclass(frozen=True, slots=True)
class EvaluateFlags:
    """Whom to evaluate for; a targeting key that is a user's id brings their groups along."""

    targeting_key: str | None = None
    user_type: UserType | None = None
    vendor_type: VendorType | None = None
    keys: Sequence[str] | None = None
    explain: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """An evaluation, with the reasons where they were asked for."""

    evaluation: Evaluation
    explanation: Explanation | None = None
    caused_by: Change | None = None
    next_change_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the wanted flags come to, in this version of the whole set."""

    version: int
    flags: list[Explained]


def viewer_context(actor: Actor, device_id: str | None) -> EvaluationContext:
    """The caller as flags see them; nothing is read from the database (S58)."""
    keys: dict[BucketBy, str] = {}
    if device_id:
        keys[BucketBy.DEVICE] = device_id
    named = (
        (BucketBy.USER, actor.user_id),
        (BucketBy.SUPPLIER, actor.supplier_id),
        (BucketBy.COUPLE, actor.couple_id),
    )
    keys.update({kind: str(value) for kind, value in named if value is not None})
    kind = USER_TYPES[actor.role] if actor.role else None
    return EvaluationContext(keys, groups_of(kind, actor.vendor_type, actor.role))


def etag(version: int, evaluations: Sequence[Evaluation], names: bytes | None = None) -> str:
    """Changes when a value that the caller sees changes, not with every version.

    `names`: their keys with commas between them, where they are known already.
    """
    if not evaluations:
        return f"empty-{version}"
    if names is None:
        names = ",".join([item.key for item in evaluations]).encode()
    values = bytes([item.value for item in evaluations])
    return hashlib.sha256(names + values).hexdigest()[:16]


async def evaluate_for(
    session: AsyncSession, flag_set: FlagSet, command: EvaluateFlags, now: datetime
) -> Evaluated:
    """Evaluate the wanted flags, hidden ones included (A22).

    At an earlier moment with the state, the reason and the change that were in force then (L20).
    """
    past = command.at if command.at is not None and command.at < now else None
    shown = await flag_history.as_of(session, flag_set, past) if past else flag_set
    context = await _context(session, command)
    keys = command.keys if command.keys is not None else list(shown.flags)
    evaluations = [shown.evaluate(key, context) for key in dict.fromkeys(keys)]
    explained = [Explained(item) for item in evaluations]
    if command.explain:
        explained = await _explain(session, shown, evaluations, context, past)
    return Evaluated(shown.version, explained)


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
    shown: FlagSet,
    evaluations: Sequence[Evaluation],
    context: EvaluationContext,
    at: datetime | None,
) -> list[Explained]:
    ids = [flag.id for item in evaluations if (flag := shown.flags.get(item.key))]
    last = await changes.newest_by_subject(session, ids, until=at)
    upcoming = await (flag_history.upcoming(session, at) if at else _upcoming(session))
    found = []
    for item in evaluations:
        flag = shown.flags.get(item.key)
        change = last.get(flag.id) if flag else None
        moment = upcoming.get(flag.id) if flag else None
        found.append(Explained(item, explanations.explain(flag, item, context), change, moment))
    return found


async def _upcoming(session: AsyncSession) -> dict[UUID, datetime]:
    """When the ramp of a live phase will move each of its flags."""
    live = {row.id: row for row in await phases.list_all(session, [PhaseStatus.ACTIVE])}
    linked = await phases.linked_flags(session, list(live)) if live else {}
    found: dict[UUID, datetime] = {}
    for phase_id, links in linked.items():
        phase = live[phase_id]
        at = next_step_at(steps_of(phase.steps), phase.step_index, phase.step_started_at)
        if at is not None:
            found.update({link.flag.id: at for link in links})
    return found
