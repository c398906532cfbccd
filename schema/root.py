"""The whole graph: one line a field, by topic."""

import strawberry

from db.reads import changes as change_reads
from db.reads import flags as flag_reads
from db.reads import incidents as incident_reads
from db.reads import marketplace as marketplace_reads
from db.reads import phases as phase_reads
from domain.actors import Scope
from resolvers import (
    account_life,
    accounts,
    alerts,
    assignees,
    bulk_invitations,
    changes,
    client_imports,
    couples,
    events,
    flags,
    guarded_operations,
    health,
    incident_changes,
    incidents,
    invitations,
    kills,
    launch_files,
    mail,
    metrics,
    nodes,
    onboarding,
    partnerships,
    phases,
    rate_limits,
    rehearsals,
    silences,
    staff,
    suppliers,
    webhooks,
)
from schema.pagination import Connection
from schema.permissions import mutation, query, subscription
from schema.root_inbox import InboxMutations, InboxQueries, InboxSubscriptions
from schema.root_messages import MessageMutations, MessageQueries, MessageSubscriptions
from schema.scalars import JSON
from schema.types import event_rows
from schema.types.account_life import (
    DeleteAccountPayload,
    EmailPayload,
    LoginSession,
    UserConnection,
)
from schema.types.accounts import ProfilePayload, SessionPayload, TokenPayload
from schema.types.actors import ApiToken, User
from schema.types.alerts import AlertChannel, AlertDelivery, SendTestAlertPayload
from schema.types.bulk_invitations import BulkInvitationPayload
from schema.types.changes import ChangeConnection
from schema.types.client_imports import ClientImportPayload
from schema.types.clients import ClientPayload
from schema.types.couples import CoupleConnection
from schema.types.errors import (
    FeatureOffError,
    InvalidTransitionError,
    NotReadyError,
    PlanDriftError,
    UserError,
    VersionConflictError,
)
from schema.types.events import EVENT_TYPES, LaunchEvent
from schema.types.flag_inputs import FlagPayload
from schema.types.flag_previews import FlagChangePreviewPayload
from schema.types.flag_values import FlagSet
from schema.types.flags import FeatureFlag, FeatureFlagConnection
from schema.types.guarded_operations import GuardedOperation
from schema.types.health import HealthSnapshot, SystemStatus
from schema.types.incident_inputs import IncidentPayload
from schema.types.incidents import AssigneeConnection, Incident, IncidentConnection
from schema.types.invitations import (
    AcceptInvitationPayload,
    Invitation,
    InvitationConnection,
    InvitationPayload,
    InvitationPreview,
    InvitationPreviewPayload,
)
from schema.types.journeys import Journey
from schema.types.kills import FlagKill, KillPayload
from schema.types.launch_files import LaunchFilePlan
from schema.types.launch_states import LaunchState
from schema.types.mail import MailConnection, MailPayload
from schema.types.metric_catalog import Metric
from schema.types.metrics import MetricSeries, MetricsSnapshot, RecordSamplesPayload
from schema.types.node import Node
from schema.types.onboarding import Onboarding, OnboardingPayload
from schema.types.partnerships import (
    BlockedPartner,
    InvitationEmailsPayload,
    PartnershipPayload,
)
from schema.types.phase_payloads import (
    ActivateLaunchPhasePayload,
    ActivationPlan,
    PhasePayload,
    RollbackLaunchPhasePayload,
)
from schema.types.phases import LaunchPhase, PhaseRun
from schema.types.propagation import Propagation
from schema.types.rate_limits import RateLimit
from schema.types.rehearsals import RehearsalPayload
from schema.types.rollback_preview import RollbackPreview
from schema.types.silences import Silence, SilencePayload
from schema.types.suppliers import SupplierConnection
from schema.types.webhooks import (
    SkipWebhookPayload,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryPayload,
    WebhookPayload,
)
from subscriptions import events as live_events
from subscriptions import flags as live_flags
from subscriptions import health as live_health
from subscriptions import incidents as live_incidents
from subscriptions import invitations as live_invitations
from subscriptions import journeys as live_journeys
from subscriptions import metrics as live_metrics
from subscriptions import onboarding as live_onboarding
from subscriptions import phases as live_phases
from subscriptions import propagation as live_propagation
from subscriptions import replay as live_replay

# A supplier for itself, or whoever acts for suppliers.
SUPPLIERS = (Scope.SELF, Scope.DIRECTORY_WRITE)
# The largest file that can be imported takes 0.25 s of a core.
FILE_COST = 5_000
BULK_COST = 500  # up to 2,000 invitations are queued


@strawberry.type(description="Everything that can be read.")
class Query(InboxQueries, MessageQueries):
    """Reads."""

    node: Node | None = query(nodes.node)
    nodes: list[Node | None] = query(nodes.nodes)
    rate_limit: RateLimit = query(rate_limits.rate_limit)

    viewer: User | None = query(accounts.viewer)
    my_sessions: list[LoginSession] = query(account_life.my_sessions, Scope.SELF)
    blocked_partners: list[BlockedPartner] = query(partnerships.blocked_partners, Scope.SELF)
    invitation_emails_enabled: bool = query(partnerships.invitation_emails_enabled, Scope.SELF)
    export_my_data: JSON = query(account_life.export_my_data, Scope.SELF, cost=50)
    staff: UserConnection = query(staff.staff, Scope.TOKENS_ADMIN)
    api_tokens: list[ApiToken] = query(accounts.api_tokens, Scope.TOKENS_ADMIN)

    mails: MailConnection = query(mail.mails, Scope.LAUNCH_ADMIN)

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
    launch_events: Connection[LaunchEvent] = query(
        events.launch_events,
        Scope.LAUNCH_READ,
        read=event_rows.EVENTS,
        builder=event_rows.EVENT_BUILDER,
    )
    changes: ChangeConnection = query(changes.changes, Scope.LAUNCH_READ, read=change_reads.PAGE)

    feature_flags: FeatureFlagConnection = query(
        flags.feature_flags, Scope.FLAGS_READ, read=flag_reads.PAGE
    )
    feature_flag: FeatureFlag | None = query(
        flags.feature_flag, Scope.FLAGS_READ, read=flag_reads.BY_KEY
    )
    flag_kills: list[FlagKill] = query(kills.flag_kills, Scope.FLAGS_READ)
    evaluate_flags: FlagSet = query(flags.evaluate_flags, Scope.FLAGS_READ, cost=5)
    flag_change_preview: FlagChangePreviewPayload = query(
        flags.flag_change_preview, Scope.FLAGS_READ, cost=10
    )
    viewer_flags: FlagSet = query(flags.viewer_flags, is_view=True)
    guarded_operations: list[GuardedOperation] = query(
        guarded_operations.guarded_operations, cost=5
    )

    system_health: HealthSnapshot = query(health.system_health, Scope.HEALTH_READ)
    system_status: SystemStatus = query(health.system_status)
    launch_metrics: MetricsSnapshot = query(metrics.launch_metrics, Scope.METRICS_READ, cost=10)
    metric_series: MetricSeries = query(metrics.metric_series, Scope.METRICS_READ, cost=10)
    metrics: list[Metric] = query(metrics.catalog, Scope.METRICS_READ)

    incidents: IncidentConnection = query(
        incidents.incidents, Scope.INCIDENTS_READ, read=incident_reads.PAGE
    )
    incident_assignees: AssigneeConnection = query(
        assignees.incident_assignees, Scope.INCIDENTS_WRITE
    )
    alert_deliveries: Connection[AlertDelivery] = query(
        alerts.alert_deliveries, Scope.INCIDENTS_READ
    )
    alert_channels: list[AlertChannel] = query(alerts.alert_channels, Scope.INCIDENTS_READ)
    silences: Connection[Silence] = query(silences.silences, Scope.INCIDENTS_READ)

    webhook_deliveries: Connection[WebhookDelivery] = query(
        webhooks.webhook_deliveries, Scope.WEBHOOKS_ADMIN
    )
    webhooks: Connection[Webhook] = query(webhooks.webhooks, Scope.WEBHOOKS_ADMIN)

    suppliers: SupplierConnection = query(
        suppliers.suppliers, Scope.DIRECTORY_READ, read=marketplace_reads.SUPPLIERS
    )
    couples: CoupleConnection = query(
        couples.couples, Scope.DIRECTORY_READ, read=marketplace_reads.COUPLES
    )
    invitation: InvitationPreview | None = query(invitations.invitation)
    invitations: InvitationConnection = query(invitations.invitations, Scope.DIRECTORY_READ)
    stalled_onboardings: Connection[Onboarding] = query(
        onboarding.stalled_onboardings, Scope.DIRECTORY_READ
    )


@strawberry.type(description="Everything that can be changed.")
class Mutation(InboxMutations, MessageMutations):
    """Writes."""

    sign_up: SessionPayload = mutation(accounts.sign_up, failed=SessionPayload.failed)
    log_in: SessionPayload = mutation(accounts.log_in, failed=SessionPayload.failed)
    log_out: bool = mutation(accounts.log_out)
    request_password_reset: bool = mutation(accounts.request_password_reset)
    reset_password: SessionPayload = mutation(accounts.reset_password, failed=SessionPayload.failed)
    request_log_in_link: bool = mutation(accounts.request_log_in_link)
    log_in_by_link: SessionPayload = mutation(accounts.log_in_by_link, failed=SessionPayload.failed)
    change_password: ProfilePayload = mutation(
        accounts.change_password, Scope.SELF, failed=ProfilePayload.failed
    )
    revoke_session: bool = mutation(account_life.revoke_session, Scope.SELF)
    revoke_other_sessions: int = mutation(account_life.revoke_other_sessions, Scope.SELF)
    request_email_confirmation: EmailPayload = mutation(
        account_life.request_email_confirmation, Scope.SELF, failed=EmailPayload.failed
    )
    change_email: EmailPayload = mutation(
        account_life.change_email, Scope.SELF, failed=EmailPayload.failed
    )
    confirm_email: EmailPayload = mutation(account_life.confirm_email, failed=EmailPayload.failed)
    delete_my_account: DeleteAccountPayload = mutation(
        account_life.delete_my_account, Scope.SELF, failed=DeleteAccountPayload.failed
    )
    invite_staff: ProfilePayload = mutation(
        staff.invite_staff, Scope.TOKENS_ADMIN, failed=ProfilePayload.failed
    )
    change_staff_role: ProfilePayload = mutation(
        staff.change_staff_role, Scope.TOKENS_ADMIN, failed=ProfilePayload.failed
    )
    disable_account: ProfilePayload = mutation(
        staff.disable_account, Scope.TOKENS_ADMIN, failed=ProfilePayload.failed
    )
    enable_account: ProfilePayload = mutation(
        staff.enable_account, Scope.TOKENS_ADMIN, failed=ProfilePayload.failed
    )
    create_api_token: TokenPayload = mutation(
        accounts.create_api_token, Scope.TOKENS_ADMIN, failed=TokenPayload.failed
    )
    revoke_api_token: TokenPayload = mutation(
        accounts.revoke_api_token, Scope.TOKENS_ADMIN, failed=TokenPayload.failed
    )

    retry_mail: MailPayload = mutation(
        mail.retry_mail, Scope.LAUNCH_ADMIN, failed=MailPayload.failed
    )
    report_bounce: MailPayload = mutation(
        mail.report_bounce, Scope.LAUNCH_ADMIN, failed=MailPayload.failed
    )
    cancel_mail: MailPayload = mutation(
        mail.cancel_mail, Scope.LAUNCH_ADMIN, failed=MailPayload.failed
    )

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

    create_feature_flag: FlagPayload = mutation(
        flags.create, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    update_feature_flag: FlagPayload = mutation(
        flags.update, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    toggle_feature_flag: FlagPayload = mutation(
        flags.toggle, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    lift_ceiling: FlagPayload = mutation(
        flags.lift_ceiling, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    revert_change: FlagPayload = mutation(
        flags.revert_change, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    kill_flags: KillPayload = mutation(kills.kill, Scope.FLAGS_WRITE, failed=KillPayload.failed)
    lift_kills: KillPayload = mutation(kills.lift, Scope.FLAGS_WRITE, failed=KillPayload.failed)
    acknowledge_flags: bool = mutation(flags.acknowledge)

    record_samples: RecordSamplesPayload = mutation(
        metrics.record_samples, Scope.METRICS_WRITE, failed=RecordSamplesPayload.failed
    )
    record_metrics: int = mutation(
        metrics.record,
        Scope.METRICS_WRITE,
        deprecated="Use recordSamples, whose expected failures are data; remove after 2027-06-30.",
    )

    send_test_alert: SendTestAlertPayload = mutation(
        alerts.send_test_alert, Scope.LAUNCH_OPERATE, failed=SendTestAlertPayload.failed
    )
    create_silence: SilencePayload = mutation(
        silences.create, Scope.INCIDENTS_WRITE, failed=SilencePayload.failed
    )
    end_silence: SilencePayload = mutation(
        silences.end, Scope.INCIDENTS_WRITE, failed=SilencePayload.failed
    )
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

    create_webhook: WebhookPayload = mutation(
        webhooks.create, Scope.WEBHOOKS_ADMIN, failed=WebhookPayload.failed
    )
    update_webhook: WebhookPayload = mutation(
        webhooks.update, Scope.WEBHOOKS_ADMIN, failed=WebhookPayload.failed
    )
    delete_webhook: WebhookPayload = mutation(
        webhooks.delete, Scope.WEBHOOKS_ADMIN, failed=WebhookPayload.failed
    )
    skip_webhook_to_now: SkipWebhookPayload = mutation(
        webhooks.skip, Scope.WEBHOOKS_ADMIN, failed=SkipWebhookPayload.failed
    )
    retry_webhook_delivery: WebhookDeliveryPayload = mutation(
        webhooks.retry, Scope.WEBHOOKS_ADMIN, failed=WebhookDeliveryPayload.failed
    )

    update_profile: ProfilePayload = mutation(
        suppliers.update_profile, Scope.SELF, failed=ProfilePayload.failed
    )
    add_client: ClientPayload = mutation(
        suppliers.add_client, *SUPPLIERS, failed=ClientPayload.failed
    )
    update_client: ClientPayload = mutation(
        suppliers.update_client, *SUPPLIERS, failed=ClientPayload.failed
    )
    preview_client_import: ClientImportPayload = mutation(
        client_imports.preview_client_import,
        *SUPPLIERS,
        failed=ClientImportPayload.failed,
        cost=FILE_COST,
    )
    import_clients: ClientImportPayload = mutation(
        client_imports.import_clients, *SUPPLIERS, failed=ClientImportPayload.failed, cost=FILE_COST
    )
    invite_client: InvitationPayload = mutation(
        invitations.invite_client, *SUPPLIERS, failed=InvitationPayload.failed
    )
    invite_clients: BulkInvitationPayload = mutation(
        bulk_invitations.invite_clients,
        *SUPPLIERS,
        failed=BulkInvitationPayload.failed,
        cost=BULK_COST,
    )
    stop_bulk_invitation: BulkInvitationPayload = mutation(
        bulk_invitations.stop_bulk_invitation, *SUPPLIERS, failed=BulkInvitationPayload.failed
    )
    resend_invitation: InvitationPayload = mutation(
        invitations.resend_invitation, *SUPPLIERS, failed=InvitationPayload.failed
    )
    revoke_invitation: InvitationPayload = mutation(
        invitations.revoke_invitation, *SUPPLIERS, failed=InvitationPayload.failed
    )
    open_invitation: InvitationPreviewPayload = mutation(
        invitations.open_invitation, failed=InvitationPreviewPayload.failed
    )
    end_partnership: PartnershipPayload = mutation(
        partnerships.end_partnership, Scope.SELF, failed=PartnershipPayload.failed
    )
    block_partner: PartnershipPayload = mutation(
        partnerships.block_partner, Scope.SELF, failed=PartnershipPayload.failed
    )
    unblock_partner: PartnershipPayload = mutation(
        partnerships.unblock_partner, Scope.SELF, failed=PartnershipPayload.failed
    )
    set_invitation_emails: InvitationEmailsPayload = mutation(
        partnerships.set_invitation_emails, Scope.SELF, failed=InvitationEmailsPayload.failed
    )
    decline_invitation: InvitationPreviewPayload = mutation(
        invitations.decline_invitation, failed=InvitationPreviewPayload.failed
    )
    accept_invitation: AcceptInvitationPayload = mutation(
        invitations.accept_invitation, failed=AcceptInvitationPayload.failed
    )
    complete_onboarding_step: OnboardingPayload = mutation(
        onboarding.complete_step, Scope.SELF, failed=OnboardingPayload.failed
    )
    dismiss_nudge: OnboardingPayload = mutation(
        onboarding.dismiss_nudge, Scope.SELF, failed=OnboardingPayload.failed
    )
    set_nudges: OnboardingPayload = mutation(
        onboarding.set_nudges, Scope.SELF, failed=OnboardingPayload.failed
    )
    request_assistance: OnboardingPayload = mutation(
        onboarding.request_assistance, Scope.SELF, failed=OnboardingPayload.failed
    )
    answer_assistance: OnboardingPayload = mutation(
        onboarding.answer_assistance, Scope.DIRECTORY_WRITE, failed=OnboardingPayload.failed
    )


@strawberry.type(description="Everything that can be watched: a snapshot first, then changes.")
class Subscription(InboxSubscriptions, MessageSubscriptions):
    """Streams."""

    system_health: HealthSnapshot = subscription(live_health.system_health, Scope.HEALTH_READ)
    launch_phase: LaunchPhase = subscription(live_phases.launch_phase, Scope.LAUNCH_READ)
    launch_events: LaunchEvent = subscription(live_events.launch_events, Scope.LAUNCH_READ)
    replay: LaunchEvent = subscription(live_replay.replay, Scope.LAUNCH_READ)
    feature_flags: FeatureFlag = subscription(live_flags.feature_flags, Scope.FLAGS_READ)
    viewer_flags: FlagSet = subscription(live_flags.viewer_flags)
    launch_metrics: MetricsSnapshot = subscription(live_metrics.launch_metrics, Scope.METRICS_READ)
    journeys: list[Journey] = subscription(live_journeys.journeys, Scope.METRICS_READ)
    incidents: Incident = subscription(live_incidents.incidents, Scope.INCIDENTS_READ)
    propagation: Propagation = subscription(live_propagation.propagation, Scope.LAUNCH_OPERATE)
    invitation: Invitation = subscription(live_invitations.invitation, Scope.SELF)
    viewer_onboarding: Onboarding = subscription(live_onboarding.viewer_onboarding)


# Types that no field names: implementations of interfaces.
OBJECT_TYPES = (
    UserError,
    VersionConflictError,
    NotReadyError,
    InvalidTransitionError,
    PlanDriftError,
    FeatureOffError,
    PhaseRun,
    *EVENT_TYPES,
)
