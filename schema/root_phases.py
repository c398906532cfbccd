"""Root fields of launch phases, events and the audit; `schema.root` inherits them."""

import strawberry

from db.reads import changes as change_reads
from db.reads import phases as phase_reads
from domain.actors import Scope
from resolvers import changes, events, launch_files, phases, rehearsals
from schema.permissions import mutation, query, subscription
from schema.scalars import JSON
from schema.types import event_rows
from schema.types.changes import ChangeConnection
from schema.types.event_fields import LaunchEvent
from schema.types.events import LaunchEventConnection
from schema.types.launch_files import LaunchFilePlan
from schema.types.launch_states import LaunchState
from schema.types.phase_payloads import (
    ActivateLaunchPhasePayload,
    ActivationPlan,
    PhasePayload,
    RollbackLaunchPhasePayload,
)
from schema.types.phases import LaunchPhase
from schema.types.propagation import Propagation
from schema.types.rehearsals import RehearsalPayload
from schema.types.rollback_preview import RollbackPreview
from subscriptions import events as live_events
from subscriptions import phases as live_phases
from subscriptions import propagation as live_propagation
from subscriptions import replay as live_replay


@strawberry.type
class PhasesQueries:
    """Reads."""

    launch_phases: list[LaunchPhase] = query(
        phases.launch_phases, Scope.LAUNCH_READ, read=phase_reads.ALL
    )
    launch_phase: LaunchPhase | None = query(
        phases.launch_phase, Scope.LAUNCH_READ, read=phase_reads.ONE
    )
    activation_plan: ActivationPlan = query(phases.activation_plan, Scope.LAUNCH_OPERATE, cost=20)
    rollback_preview: RollbackPreview = query(
        phases.rollback_preview, Scope.LAUNCH_OPERATE, cost=10
    )
    launch_plan: LaunchFilePlan = query(launch_files.launch_plan, Scope.LAUNCH_READ, cost=50)
    launch_state_at: LaunchState = query(events.launch_state_at, Scope.LAUNCH_READ, cost=50)
    launch_state: JSON = query(
        events.launch_state,
        Scope.LAUNCH_READ,
        cost=50,
        deprecated="Use launchStateAt, which is typed; remove after 2027-06-30.",
    )
    launch_events: LaunchEventConnection = query(
        events.launch_events,
        Scope.LAUNCH_READ,
        read=event_rows.EVENTS,
        builder=event_rows.EVENT_BUILDER,
    )
    changes: ChangeConnection = query(changes.changes, Scope.LAUNCH_READ, read=change_reads.PAGE)


@strawberry.type
class PhasesMutations:
    """Writes."""

    create_launch_phase: PhasePayload = mutation(
        phases.create, Scope.LAUNCH_ADMIN, failed=PhasePayload.failed
    )
    update_launch_phase: PhasePayload = mutation(
        phases.update, Scope.LAUNCH_ADMIN, failed=PhasePayload.failed
    )
    apply_launch: LaunchFilePlan = mutation(
        launch_files.apply_launch, Scope.LAUNCH_ADMIN, failed=LaunchFilePlan.failed
    )
    activate_launch_phase: ActivateLaunchPhasePayload = mutation(
        phases.activate, Scope.LAUNCH_OPERATE, failed=ActivateLaunchPhasePayload.failed
    )
    pause_launch_phase: PhasePayload = mutation(
        phases.pause, Scope.LAUNCH_OPERATE, failed=PhasePayload.failed
    )
    resume_launch_phase: PhasePayload = mutation(
        phases.resume, Scope.LAUNCH_OPERATE, failed=PhasePayload.failed
    )
    advance_launch_phase: PhasePayload = mutation(
        phases.advance, Scope.LAUNCH_OPERATE, failed=PhasePayload.failed
    )
    complete_launch_phase: PhasePayload = mutation(
        phases.complete, Scope.LAUNCH_OPERATE, failed=PhasePayload.failed
    )
    rollback_launch_phase: RollbackLaunchPhasePayload = mutation(
        phases.roll_back, Scope.LAUNCH_OPERATE, failed=RollbackLaunchPhasePayload.failed
    )
    rehearse_launch_phase: RehearsalPayload = mutation(
        rehearsals.rehearse, Scope.LAUNCH_OPERATE, failed=RehearsalPayload.failed
    )


@strawberry.type
class PhasesSubscriptions:
    """Streams."""

    launch_phase: LaunchPhase = subscription(live_phases.launch_phase, Scope.LAUNCH_READ)
    launch_events: LaunchEvent = subscription(live_events.launch_events, Scope.LAUNCH_READ)
    replay: LaunchEvent = subscription(live_replay.replay, Scope.LAUNCH_READ)
    propagation: Propagation = subscription(live_propagation.propagation, Scope.LAUNCH_OPERATE)
