"""Changes flags: the one place that raises the version and records audit row and event."""

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
from domain.platform.change_actions import ChangeAction
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
    """Apply `edit` to a locked row and record the change, if it is one.

    `reverts_id` is the earlier change that this one undoes.
    """
    before = flag_of(row)
    edit(row)
    if is_same(before, flag_of(row)):
        return flag_of(row)
    row.version = before.version + 1
    row.updated_at = uow.now
    after = flag_of(row)
    audit = build_audit(before, after, reason, run_id, reverts_id=reverts_id)
    uow.record(actor, build_event(before, after, action, audit, phase_id), audit)
    return after


def record_created_flag(
    uow: UnitOfWork, actor: Actor, row: FeatureFlag, *, reason: str | None
) -> Flag:
    """Record the creation of a flag. The state before it counts as off."""
    flag = flag_of(row)
    nothing = FlagState(False, NOBODY, (), 0)
    event = FlagChanged(
        flag_id=flag.id,
        key=flag.key,
        action=ChangeAction.CREATED,
        before=nothing,
        after=flag.state,
        reason=reason,
    )
    uow.record(actor, event, Audit(flag.id, after=audit_flag(flag), reason=reason))
    return flag


def with_parts(parts: FlagParts) -> Callable[[FeatureFlag], None]:
    """Return an edit that sets the values of owner and run."""
    return partial(write_parts, parts=parts)


def is_same(before: Flag, after: Flag) -> bool:
    """Whether two states are equal apart from a ramp step, which does not decide by itself."""
    return _without_step(before) == _without_step(after)


def _without_step(flag: Flag) -> Flag:
    hold = flag.wanted.hold
    if hold is None:
        return flag
    return replace(flag, parts=replace(flag.wanted, hold=replace(hold, step=None)))


def build_audit(
    before: Flag,
    after: Flag,
    reason: str | None,
    run_id: UUID | None = None,
    reverts_id: UUID | None = None,
) -> Audit:
    """Build the audit row of a change."""
    return Audit(
        after.id, audit_flag(before), audit_flag(after), reason, run_id, reverts_id=reverts_id
    )


def build_event(
    before: Flag, after: Flag, action: str, audit: Audit, phase_id: UUID | None = None
) -> FlagChanged:
    """Build the event of a change."""
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
