"""The whole graph: one line a field, by topic."""

import strawberry
from graphql import GraphQLError
from strawberry.extensions import ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from domain.actors import Scope
from resolvers import accounts, events, flags, health, incident_changes, incidents, nodes, phases
from schema.errors import ErrorPolicy
from schema.limits import DocumentLimits
from schema.pagination import Connection
from schema.permissions import mutation, query, subscription
from schema.scalars import SCALARS
from schema.sharing import SharingExecutor
from schema.types.accounts import ProfilePayload, SessionPayload, TokenPayload
from schema.types.actors import ApiToken, User
from schema.types.errors import NotReadyError, UserError, VersionConflictError
from schema.types.events import EVENT_TYPES, LaunchEvent
from schema.types.flag_inputs import FlagPayload
from schema.types.flags import FeatureFlag, FeatureFlagConnection, FlagSet
from schema.types.health import HealthSnapshot
from schema.types.incident_inputs import IncidentPayload
from schema.types.incidents import Incident, IncidentConnection
from schema.types.node import Node
from schema.types.phase_payloads import (
    ActivateLaunchPhasePayload,
    ActivationPlan,
    PhasePayload,
    RollbackLaunchPhasePayload,
)
from schema.types.phases import LaunchPhase, PhaseRun
from schema.types.propagation import Propagation
from subscriptions import events as live_events
from subscriptions import flags as live_flags
from subscriptions import health as live_health
from subscriptions import incidents as live_incidents
from subscriptions import phases as live_phases
from subscriptions import propagation as live_propagation


@strawberry.type(description="Everything that can be read.")
class Query:
    """Reads."""

    node: Node | None = query(nodes.node)
    nodes: list[Node | None] = query(nodes.nodes)

    viewer: User | None = query(accounts.viewer)
    api_tokens: list[ApiToken] = query(accounts.api_tokens, Scope.TOKENS_ADMIN)

    launch_phases: list[LaunchPhase] = query(phases.launch_phases, Scope.LAUNCH_READ)
    launch_phase: LaunchPhase | None = query(phases.launch_phase, Scope.LAUNCH_READ)
    activation_plan: ActivationPlan = query(phases.activation_plan, Scope.LAUNCH_OPERATE, cost=20)
    launch_events: Connection[LaunchEvent] = query(events.launch_events, Scope.LAUNCH_READ)

    feature_flags: FeatureFlagConnection = query(flags.feature_flags, Scope.FLAGS_READ)
    feature_flag: FeatureFlag | None = query(flags.feature_flag, Scope.FLAGS_READ)
    evaluate_flags: FlagSet = query(flags.evaluate_flags, Scope.FLAGS_READ, cost=5)
    viewer_flags: FlagSet = query(flags.viewer_flags)

    system_health: HealthSnapshot = query(health.system_health, Scope.HEALTH_READ)

    incidents: IncidentConnection = query(incidents.incidents, Scope.INCIDENTS_READ)


@strawberry.type(description="Everything that can be changed.")
class Mutation:
    """Writes."""

    sign_up: SessionPayload = mutation(accounts.sign_up, failed=SessionPayload.failed)
    log_in: SessionPayload = mutation(accounts.log_in, failed=SessionPayload.failed)
    log_out: bool = mutation(accounts.log_out)
    request_password_reset: bool = mutation(accounts.request_password_reset)
    reset_password: SessionPayload = mutation(accounts.reset_password, failed=SessionPayload.failed)
    change_password: ProfilePayload = mutation(
        accounts.change_password, Scope.SELF, failed=ProfilePayload.failed
    )
    create_api_token: TokenPayload = mutation(
        accounts.create_api_token, Scope.TOKENS_ADMIN, failed=TokenPayload.failed
    )
    revoke_api_token: TokenPayload = mutation(
        accounts.revoke_api_token, Scope.TOKENS_ADMIN, failed=TokenPayload.failed
    )

    create_launch_phase: PhasePayload = mutation(
        phases.create, Scope.LAUNCH_ADMIN, failed=PhasePayload.failed
    )
    update_launch_phase: PhasePayload = mutation(
        phases.update, Scope.LAUNCH_ADMIN, failed=PhasePayload.failed
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

    create_feature_flag: FlagPayload = mutation(
        flags.create, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    update_feature_flag: FlagPayload = mutation(
        flags.update, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    toggle_feature_flag: FlagPayload = mutation(
        flags.toggle, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    revert_change: FlagPayload = mutation(
        flags.revert_change, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    acknowledge_flags: bool = mutation(flags.acknowledge)

    create_incident: IncidentPayload = mutation(
        incident_changes.create, Scope.INCIDENTS_WRITE, failed=IncidentPayload.failed
    )
    update_incident: IncidentPayload = mutation(
        incident_changes.update, Scope.INCIDENTS_WRITE, failed=IncidentPayload.failed
    )
    acknowledge_incident: IncidentPayload = mutation(
        incident_changes.acknowledge, Scope.INCIDENTS_WRITE, failed=IncidentPayload.failed
    )
    resolve_incident: IncidentPayload = mutation(
        incident_changes.resolve, Scope.INCIDENTS_WRITE, failed=IncidentPayload.failed
    )
    reopen_incident: IncidentPayload = mutation(
        incident_changes.reopen, Scope.INCIDENTS_WRITE, failed=IncidentPayload.failed
    )
    close_incident: IncidentPayload = mutation(
        incident_changes.close, Scope.INCIDENTS_WRITE, failed=IncidentPayload.failed
    )


@strawberry.type(description="Everything that can be watched: a snapshot first, then changes.")
class Subscription:
    """Streams."""

    system_health: HealthSnapshot = subscription(live_health.system_health, Scope.HEALTH_READ)
    launch_phase: LaunchPhase = subscription(live_phases.launch_phase, Scope.LAUNCH_READ)
    launch_events: LaunchEvent = subscription(live_events.launch_events, Scope.LAUNCH_READ)
    feature_flags: FeatureFlag = subscription(live_flags.feature_flags, Scope.FLAGS_READ)
    viewer_flags: FlagSet = subscription(live_flags.viewer_flags)
    incidents: Incident = subscription(live_incidents.incidents, Scope.INCIDENTS_READ)
    propagation: Propagation = subscription(live_propagation.propagation, Scope.LAUNCH_OPERATE)


class LaunchSchema(strawberry.Schema):
    """Strawberry logs every error with its traceback; ErrorPolicy logs those that matter."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing here."""


schema = LaunchSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[UserError, VersionConflictError, NotReadyError, PhaseRun, *EVENT_TYPES],
    # ErrorPolicy first: it is the outermost and cleans what the others leave.
    extensions=[ErrorPolicy, ValidationCache, DocumentLimits],
    execution_context_class=SharingExecutor,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)
