"""What operators do, through the services that the resolvers call. A refusal raises LaunchError."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from inspect import iscoroutinefunction
from uuid import UUID

from db.models.phases import LaunchPhase
from db.queries import changes as change_queries
from db.queries import flags as flag_queries
from db.queries import kills as kill_queries
from db.queries import phases as phase_queries
from db.session import UnitOfWork
from domain.actors import Actor, ActorKind, Role, Scope
from domain.errors import NotFound
from domain.health.health import CheckType
from domain.incidents.incidents import IncidentMove
from domain.metrics.criteria import Aggregation, Comparator, Criterion, GuardAction
from domain.phases.phases import RampStep, RollbackMode, RollbackPlan
from domain.platform.keyset import Keyset
from domain.platform.percent import Percent
from domain.platform.platforms import Platform
from services.alerting import silences
from services.alerting.silences import SilenceDraft
from services.flags import flag_ceilings, flag_reverts, flag_toggles, flags, kills
from services.flags.flags import FlagDraft, FlagPatch
from services.flags.kill_mirror import KillMirror
from services.flags.kills import ChangeKills
from services.incidents import incident_changes
from services.phases import phase_activation, phase_progress, phase_rollback, phases
from services.phases.phases import FlagLink, PhaseDraft
from tests.scenarios.system import System

OPERATOR = Actor(
    ActorKind.USER, UUID(int=7), "operator@wedsync.app", frozenset(Scope), Role.OPERATOR
)
METRIC = "custom.load"
LIMIT = 0.1  # what a sum of floats misses: three samples of 0.1 have an average above it
WINDOW_SECONDS = 120
MIN_SAMPLES = 3

Links = Sequence[tuple[str, float | None]]
Steps = Sequence[tuple[float, int | None, bool]]


async def create_flag(
    system: System, key: str, enabled: bool, percentage: float | None, users: Sequence[str]
) -> None:
    """With its own percentage and an allow list, or without."""
    draft = FlagDraft(
        key=key,
        name=key,
        enabled=enabled,
        rollout_percentage=None if percentage is None else Percent(percentage),
        target_groups=[f"user:{name}" for name in users],
    )
    async with system.db.write() as uow:
        await flags.create(uow, OPERATOR, draft)


async def set_percentage(system: System, key: str, percentage: float) -> None:
    """By hand, whatever holds the flag."""
    await _update_flag(system, key, {"rollout_percentage": Percent(percentage)})


async def override(system: System, key: str, percentage: float) -> None:
    """Above the ramp, with a reason: the flag is released from it."""
    await _update_flag(system, key, {"rollout_percentage": Percent(percentage), "override": True})


async def lift_ceiling(system: System, key: str) -> None:
    """The ramp alone decides again."""
    async with system.db.write() as uow:
        await flag_ceilings.lift(uow, OPERATOR, key, "no longer needed")


async def set_allow_list(system: System, key: str, users: Sequence[str]) -> None:
    """Who sees it whatever the percentage."""
    await _update_flag(system, key, {"target_groups": [f"user:{name}" for name in users]})


async def toggle(system: System, key: str, enabled: bool) -> None:
    """The switch of the list of flags."""
    async with system.db.change_flag() as work:
        await flag_toggles.toggle(work, OPERATOR, key, enabled=enabled, reason="by hand")


async def revert_last_change(system: System, key: str) -> None:
    """The button beside the newest change of a flag."""
    async with system.db.read() as session:
        flag = (await flag_queries.by_key(session, [key])).get(key)
        change = await change_queries.newest(session, flag.id) if flag else None
    if change is None:
        raise NotFound(f"There is no change of {key}.")
    async with system.db.write() as uow:
        await flag_reverts.revert(uow, OPERATOR, change.id, "undo")


async def create_phase(
    system: System, key: str, platforms: Sequence[str], links: Links, steps: Steps
) -> None:
    """With flags and a ramp, without criteria."""
    draft = PhaseDraft(
        key=key,
        name=key,
        platforms=[Platform(name) for name in platforms],
        flags=_links(links),
        steps=_steps(steps),
    )
    async with system.db.write() as uow:
        await phases.create(uow, OPERATOR, draft)


async def link_flags(system: System, key: str, links: Links) -> None:
    """Other flags, or other targets for them."""
    await _update_phase(system, key, {"flags": _links(links)})


async def set_steps(system: System, key: str, steps: Steps) -> None:
    """Another ramp."""
    await _update_phase(system, key, {"steps": _steps(steps)})


async def set_criteria(system: System, key: str, actions: Sequence[tuple[str, int]]) -> None:
    """Criteria on one metric that differ in what they do, and after how many failures."""
    criteria = [
        Criterion(
            key=f"load_{index}",
            metric=METRIC,
            aggregation=Aggregation.AVG,
            window_seconds=WINDOW_SECONDS,
            comparator=Comparator.LTE,
            threshold=LIMIT,
            min_samples=MIN_SAMPLES,
            failure_limit=failure_limit,
            action=GuardAction(action),
        )
        for index, (action, failure_limit) in enumerate(actions)
    ]
    await _update_phase(system, key, {"criteria": criteria})


async def set_rollback_plan(system: System, key: str, mode: str) -> None:
    """How a rollback without a mode is done."""
    await _update_phase(system, key, {"rollback_plan": RollbackPlan(RollbackMode(mode))})


async def activate(system: System, key: str, accept_losses: Sequence[str]) -> None:
    """Warnings are accepted: the scenario has no backup and no channel."""
    phase, gate = await _phase(system, key), await system.gate()
    command = phase_activation.ActivatePhase(
        phase.id, accept_warnings=True, accept_losses=tuple(accept_losses), reason="go"
    )
    async with system.db.write() as uow:
        await phase_activation.activate(uow, OPERATOR, command, gate)


async def pause(system: System, key: str) -> None:
    """Hold the ramp."""
    await _move(system, key, phase_progress.pause)


async def resume(system: System, key: str) -> None:
    """Go on."""
    await _move(system, key, phase_progress.resume)


async def advance(system: System, key: str) -> None:
    """The next step now."""
    await _move(system, key, phase_progress.advance)


async def complete(system: System, key: str, accept_limits: Sequence[str]) -> None:
    """End the run well, whatever holds these flags below their targets."""
    await _move(system, key, phase_progress.complete, tuple(accept_limits))


async def roll_back(system: System, key: str, mode: str | None) -> None:
    """Undo the run; mode None: as the plan of the phase says."""
    phase = await _phase(system, key)
    command = phase_rollback.Rollback(phase.id, "undo", RollbackMode(mode) if mode else None)
    async with system.db.write() as uow:
        await phase_rollback.roll_back(uow, OPERATOR, command)


async def kill(system: System, keys: Sequence[str]) -> None:
    """The emergency switch; `*` is every flag."""
    await _switch(system, keys, killed=True)


async def lift(system: System, keys: Sequence[str]) -> None:
    """Let the database decide again."""
    await _switch(system, keys, killed=False)


async def _switch(system: System, keys: Sequence[str], *, killed: bool) -> None:
    """As a server process does it that reaches the database and Redis."""
    command = ChangeKills(keys, killed, "a scenario")
    async with system.db.write() as uow:
        newest = await kill_queries.newest(uow.session)
        highest = max((item.number for item in newest), default=0)
        records = kills.make_records(keys, command, OPERATOR, highest, uow.now)
        await kills.write(uow, records)
    await KillMirror(system.redis).write(records)


async def silence(system: System, checks: Sequence[str], seconds: float) -> None:
    """Planned work from now on; without checks it covers everything."""
    draft = SilenceDraft(
        ends_at=system.clock() + timedelta(seconds=seconds),
        reason="planned work",
        checks=[CheckType(name) for name in checks],
    )
    async with system.db.write() as uow:
        await silences.create(uow, OPERATOR, draft)


async def end_silences(system: System) -> None:
    """All that are in force or planned."""
    async with system.db.read() as session:
        rows = await silences.page(session, Keyset(50), system.clock(), with_past=False)
    for row in rows:
        async with system.db.write() as uow:
            await silences.end(uow, OPERATOR, row.id)


async def move_incident(system: System, number: int, move: str) -> None:
    """Acknowledge or resolve the open incident at this place, the oldest first."""
    rows = await system.ground.observer.fetch(
        "SELECT id FROM launch_incidents WHERE status IN ('open', 'investigating') ORDER BY number"
    )
    if number >= len(rows):
        raise NotFound("No such incident is open.")
    incident_id = UUID(str(rows[number]["id"]))
    async with system.db.write() as uow:
        if move == IncidentMove.ACKNOWLEDGE:
            await incident_changes.acknowledge(uow, OPERATOR, incident_id, None)
        else:
            await incident_changes.resolve(uow, OPERATOR, incident_id, "mended")


async def _update_flag(system: System, key: str, patch: FlagPatch) -> None:
    async with system.db.write() as uow:
        await flags.update(uow, OPERATOR, key, patch, reason="by hand")


async def _update_phase(system: System, key: str, patch: phases.PhasePatch) -> None:
    phase = await _phase(system, key)
    async with system.db.write() as uow:
        await phases.update(uow, OPERATOR, phase.id, patch)


async def _move(
    system: System,
    key: str,
    action: Callable[[UnitOfWork, Actor, phase_progress.MovePhase], Awaitable[LaunchPhase]],
    accept_limits: tuple[str, ...] = (),
) -> None:
    phase = await _phase(system, key)
    command = phase_progress.MovePhase(phase.id, "by hand", accept_limits=accept_limits)
    async with system.db.write() as uow:
        await action(uow, OPERATOR, command)


async def _phase(system: System, key: str) -> LaunchPhase:
    async with system.db.read() as session:
        phase = await phase_queries.by_key(session, key)
    if phase is None:
        raise NotFound(f"There is no phase {key}.")
    return phase


def _links(links: Links) -> list[FlagLink]:
    return [
        FlagLink(key, None if target is None else Percent(target), position)
        for position, (key, target) in enumerate(links)
    ]


def _steps(steps: Steps) -> list[RampStep]:
    return [RampStep(Percent(at), seconds, approval) for at, seconds, approval in steps]


STEPS: Mapping[str, Callable[..., Awaitable[None]]] = {
    name: item
    for name, item in vars().copy().items()
    if iscoroutinefunction(item) and item.__module__ == __name__ and not name.startswith("_")
}
