"""The one way in which a flag changes: version, audit and event follow from it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import UUID

from db.codecs import audit_flag
from db.drafts import Audit
from db.models.flags import FeatureFlag
from db.queries.flags import flag_of, write_parts
from db.session import UnitOfWork
from domain.actors import Actor
from domain.events import FlagChanged
from domain.flags.flags import Flag, FlagState
from domain.flags.run_holds import FlagParts
from domain.ids import FlagId, PhaseId, RunId
from domain.platform.percent import NOBODY


def change_flag(
    uow: UnitOfWork,
    actor: Actor,
    row: FeatureFlag,
    edit: Callable[[FeatureFlag], None],
    *,
    action: str,
    reason: str | None = None,
    run_id: UUID | None = None,
    phase_id: UUID | None = None,
    reverts_id: UUID | None = None,
) -> Flag:
    """Apply `edit` to a locked row; nothing is recorded where it changes nothing.

    `reverts_id`: the earlier change that this undoes.
    """
    before = flag_of(row)
    edit(row)
    if is_same(before, flag_of(row)):
        return flag_of(row)
    row.version = before.version + 1
    row.updated_at = uow.now
    after = flag_of(row)
    audit = audit_of(before, after, reason, run_id, reverts_id=reverts_id)
    uow.record(actor, event_of(before, after, action, audit, phase_id), audit)
    return after


def created_flag(uow: UnitOfWork, actor: Actor, row: FeatureFlag, *, reason: str | None) -> Flag:
    """Record a new flag; before it there was nothing, which is off."""
    flag = flag_of(row)
    nothing = FlagState(False, NOBODY, (), 0)
    event = FlagChanged(
        flag_id=flag.id,
        key=flag.key,
        action="created",
        before=nothing,
        after=flag.state,
        reason=reason,
    )
    uow.record(actor, event, Audit(flag.id, after=audit_flag(flag), reason=reason))
    return flag


def with_parts(parts: FlagParts) -> Callable[[FeatureFlag], None]:
    """The edit that leaves a flag with these values of owner and run."""
    return partial(write_parts, parts=parts)


def is_same(before: Flag, after: Flag) -> bool:
    """True where nothing moved but the step of a ramp that does not decide: no news."""
    return _without_step(before) == _without_step(after)


def _without_step(flag: Flag) -> Flag:
    hold = flag.wanted.hold
    if hold is None:
        return flag
    return replace(flag, parts=replace(flag.wanted, hold=replace(hold, step=None)))


def audit_of(
    before: Flag,
    after: Flag,
    reason: str | None,
    run_id: UUID | None = None,
    reverts_id: UUID | None = None,
) -> Audit:
    """What the audit keeps of a change."""
    return Audit(
        after.id, audit_flag(before), audit_flag(after), reason, run_id, reverts_id=reverts_id
    )


def event_of(
    before: Flag, after: Flag, action: str, audit: Audit, phase_id: UUID | None = None
) -> FlagChanged:
    """The event of a change."""
    return FlagChanged(
        phase_id=PhaseId(phase_id) if phase_id else None,
        flag_id=FlagId(after.id),
        key=after.key,
        action=action,
        before=before.state,
        after=after.state,
        run_id=RunId(audit.run_id) if audit.run_id else None,
        reason=audit.reason,
    )
