"""Creates, edits and reads launch phases (S1, S16 to S18)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import dump_criteria, dump_plan, dump_steps
from db.models.flags import FeatureFlag
from db.models.phases import LaunchPhase, LaunchPhaseFlag
from db.queries import flags as flag_queries
from db.queries import phases as queries
from db.session import UnitOfWork
from db.unique import unique
from domain.actors import Actor
from domain.errors import Collector, Locked, NotFound, NotUnique
from domain.ids import parse_uuid
from domain.phases.phases import PhaseStatus
from domain.platform.change_actions import ChangeAction
from services.flags.flag_changes import change_flag
from services.phases.phase_changes import audit_values_with_flags, record_phase
from services.phases.phase_checks import check_fields, check_schedule
from services.phases.phase_commands import FlagLink, PhaseDraft, PhasePatch, PhaseRef
from services.platform import idempotency
from services.platform.texts import line
from services.platform.versions import check_version

__all__ = ["FlagLink", "PhaseDraft", "PhasePatch", "PhaseRef"]

_LOCKED_WHILE_LIVE = ("steps", "flags", "platforms", "cohort")
_LIVE = frozenset({PhaseStatus.ACTIVE, PhaseStatus.PAUSED})


async def list_all(
    session: AsyncSession, statuses: Sequence[PhaseStatus] | None = None
) -> list[LaunchPhase]:
    """Return all phases in the order of the timeline (S17)."""
    return await queries.list_all(session, statuses)


async def find(session: AsyncSession, phase_id: UUID | None, key: str | None) -> LaunchPhase | None:
    """Return one phase by id or key, or None."""
    if phase_id is not None:
        return (await queries.by_id(session, [phase_id])).get(phase_id)
    return await queries.by_key(session, key) if key is not None else None


async def find_id(session: AsyncSession, ref: PhaseRef) -> UUID:
    """Return the id of the phase that an input names; raises NotFound for an unknown key."""
    if ref.id is not None:
        return ref.id
    row = await queries.by_key(session, ref.key or "")
    if row is None:
        raise NotFound(f"There is no phase {(ref.key or '')[:100]!r}.", path=("input", "key"))
    return row.id


async def require(session: AsyncSession, phase_id: UUID) -> LaunchPhase:
    """Return the phase that the argument `phaseId` names; raises NotFound."""
    phase = await find(session, phase_id, None)
    if phase is None:
        raise NotFound("There is no such phase.", path=("phaseId",))
    return phase


async def lock(
    uow: UnitOfWork,
    phase_id: UUID,
    expected_version: int | None = None,
    path: tuple[str, ...] = ("input", "phaseId"),
) -> LaunchPhase:
    """Lock the phase to change; raises NotFound, naming the argument, and VersionConflict."""
    phase = await queries.lock(uow.session, phase_id)
    uow.refresh_now()
    if phase is None:
        raise NotFound("There is no such phase.", path=path)
    await check_version(
        uow.session,
        expected_version,
        current=phase.version,
        subject_id=phase.id,
        changed_at=phase.updated_at,
    )
    return phase


async def create(
    uow: UnitOfWork, actor: Actor, draft: PhaseDraft, *, channels: Collection[str] = ()
) -> LaunchPhase:
    """Create a phase with its flags, steps, criteria and rollback plan in one call (S16).

    `channels` are the alert channels that its rollback plan may notify.
    """
    fields = _patch_of(draft)
    if draft.position is not None:
        fields["position"] = draft.position
    await check_fields(uow, fields, channels, key=draft.key)
    reservation = await idempotency.reserve(
        uow, actor, "createLaunchPhase", draft.idempotency_key, draft
    )
    if reservation.result is not None:
        return await _replay_result(uow, reservation.result)
    phase = _row(draft)
    if draft.position is None:
        phase.position = await queries.next_position(uow.session)
    taken = NotUnique(f"There is a phase {draft.key} already.", path=("input", "key"))
    async with unique(uow.session, taken):
        uow.session.add(phase)
    await uow.session.refresh(phase)
    await _link(uow, actor, phase, draft.flags)
    after = await audit_values_with_flags(uow, phase)
    record_phase(uow, actor, phase, ChangeAction.CREATED, before=None, after=after)
    await idempotency.complete(uow, reservation, phase_id=phase.id)
    return phase


async def update(
    uow: UnitOfWork,
    actor: Actor,
    phase_id: UUID,
    patch: PhasePatch,
    *,
    expected_version: int | None = None,
    reason: str | None = None,
    channels: Collection[str] = (),
) -> LaunchPhase:
    """Edit a phase; steps, flags and platforms are locked while it is live (S18, A13).

    What the phase has already changes nothing: no version, no event, no row of the audit.
    """
    problems = Collector()
    with problems:
        await check_fields(uow, patch, channels)
    phase = await lock(uow, phase_id, expected_version, ("input", "id"))
    with problems:
        _check_unlocked(phase, patch)
    with problems:
        check_schedule(
            patch.get("planned_start_at", phase.planned_start_at),
            patch.get("planned_end_at", phase.planned_end_at),
        )
    problems.raise_all()
    before = await audit_values_with_flags(uow, phase)
    _apply(phase, patch)
    if "flags" in patch:
        await _link(uow, actor, phase, patch["flags"])
    after = await audit_values_with_flags(uow, phase)
    if after == before:
        return phase
    phase.version += 1
    phase.updated_at = uow.now
    record_phase(uow, actor, phase, ChangeAction.UPDATED, before=before, after=after, reason=reason)
    return phase


def _check_unlocked(phase: LaunchPhase, patch: PhasePatch) -> None:
    problems = Collector()
    for name in _LOCKED_WHILE_LIVE:
        with problems:
            if name in patch and phase.status in _LIVE:
                raise Locked(
                    f"The {name} of a phase cannot be edited while it is {phase.status}.",
                    path=("input", name),
                )
    problems.raise_all()


def _patch_of(draft: PhaseDraft) -> PhasePatch:
    return {
        "name": draft.name,
        "description": draft.description,
        "platforms": draft.platforms,
        "planned_start_at": draft.planned_start_at,
        "planned_end_at": draft.planned_end_at,
        "steps": draft.steps,
        "criteria": draft.criteria,
        "rollback_plan": draft.rollback_plan,
        "flags": draft.flags,
        "cohort": draft.cohort,
    }


def _row(draft: PhaseDraft) -> LaunchPhase:
    phase = LaunchPhase(key=draft.key, position=draft.position)
    _apply(phase, _patch_of(draft))
    return phase


def _apply(phase: LaunchPhase, patch: PhasePatch) -> None:
    _apply_texts(phase, patch)
    _apply_schedule(phase, patch)
    if "cohort" in patch:
        phase.cohort_salt = cohort_salt(phase.key) if patch["cohort"] else None
    if "steps" in patch:
        phase.steps = dump_steps(patch["steps"])
    if "criteria" in patch:
        phase.success_criteria = dump_criteria(patch["criteria"])
    if "rollback_plan" in patch:
        phase.rollback_plan = dump_plan(patch["rollback_plan"])


def cohort_salt(key: str) -> str:
    """Return the bucketing salt of all flags of a phase: 5 % of each are the same people (L21)."""
    return f"cohort:{key}"


def _apply_texts(phase: LaunchPhase, patch: PhasePatch) -> None:
    if "name" in patch:
        phase.phase_name = line(patch["name"], "name", 200)
    if "description" in patch:
        phase.description = patch["description"]


def _apply_schedule(phase: LaunchPhase, patch: PhasePatch) -> None:
    if "position" in patch:
        phase.position = patch["position"]
    if "platforms" in patch:
        phase.platforms = list(dict.fromkeys(str(item) for item in patch["platforms"]))
    if "planned_start_at" in patch:
        phase.planned_start_at = patch["planned_start_at"]
    if "planned_end_at" in patch:
        phase.planned_end_at = patch["planned_end_at"]


async def _link(
    uow: UnitOfWork, actor: Actor, phase: LaunchPhase, links: Sequence[FlagLink]
) -> None:
    """Set the flags of the phase to exactly these; `check_fields` has found them all."""
    flags = await flag_queries.lock(uow.session, [link.flag_key for link in links])
    await uow.session.execute(delete(LaunchPhaseFlag).where(LaunchPhaseFlag.phase_id == phase.id))
    uow.session.add_all(
        LaunchPhaseFlag(
            phase_id=phase.id,
            flag_id=flags[link.flag_key].id,
            target_percentage=link.target_percentage,
            position=link.position,
        )
        for link in links
    )
    for link in links:
        _mark_introduced(uow, actor, phase, flags[link.flag_key])
    await uow.session.flush()


def _mark_introduced(uow: UnitOfWork, actor: Actor, phase: LaunchPhase, row: FeatureFlag) -> None:
    """Note the first phase that a flag belongs to as the one that introduced it (S2)."""
    if row.launch_phase_id is not None:
        return

    def edit(target: FeatureFlag) -> None:
        target.launch_phase_id = phase.id

    change_flag(uow, actor, row, edit, action=ChangeAction.INTRODUCED, phase_id=phase.id)


async def _replay_result(uow: UnitOfWork, result: dict[str, object]) -> LaunchPhase:
    phase_id = parse_uuid(str(result.get("phase_id", "")))
    phase = (await queries.by_id(uow.session, [phase_id])).get(phase_id) if phase_id else None
    if phase is None:
        raise NotFound(
            "The phase of that request no longer exists.", path=("input", "idempotencyKey")
        )
    return phase
