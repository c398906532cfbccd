"""Root fields of health, metrics, incidents, alerts and webhooks; `schema.root` inherits them."""

import strawberry

from db.reads import incidents as incident_reads
from domain.actors import Scope
from resolvers import (
    alerts,
    assignees,
    health,
    incident_changes,
    incidents,
    mail,
    metrics,
    silences,
    webhooks,
)
from schema.pagination import Connection
from schema.permissions import mutation, query, subscription
from schema.types.alerts import AlertChannel, AlertDelivery, SendTestAlertPayload
from schema.types.health import HealthSnapshot, SystemStatus
from schema.types.incident_inputs import IncidentPayload
from schema.types.incidents import AssigneeConnection, Incident, IncidentConnection
from schema.types.journeys import Journey
from schema.types.mail import MailConnection, MailPayload
from schema.types.metric_catalog import Metric
from schema.types.metrics import MetricSeries, MetricsSnapshot, RecordSamplesPayload
from schema.types.silences import Silence, SilencePayload
from schema.types.webhooks import (
    SkipWebhookPayload,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryPayload,
    WebhookPayload,
)
from subscriptions import health as live_health
from subscriptions import incidents as live_incidents
from subscriptions import journeys as live_journeys
from subscriptions import metrics as live_metrics


@strawberry.type
class OperationsQueries:
    """Reads."""

    mails: MailConnection = query(mail.mails, Scope.LAUNCH_ADMIN)
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


@strawberry.type
class OperationsMutations:
    """Writes."""

    retry_mail: MailPayload = mutation(
        mail.retry_mail, Scope.LAUNCH_ADMIN, failed=MailPayload.failed
    )
    report_bounce: MailPayload = mutation(
        mail.report_bounce, Scope.LAUNCH_ADMIN, failed=MailPayload.failed
    )
    cancel_mail: MailPayload = mutation(
        mail.cancel_mail, Scope.LAUNCH_ADMIN, failed=MailPayload.failed
    )
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


@strawberry.type
class OperationsSubscriptions:
    """Streams."""

    system_health: HealthSnapshot = subscription(live_health.system_health, Scope.HEALTH_READ)
    launch_metrics: MetricsSnapshot = subscription(live_metrics.launch_metrics, Scope.METRICS_READ)
    journeys: list[Journey] = subscription(live_journeys.journeys, Scope.METRICS_READ)
    incidents: Incident = subscription(live_incidents.incidents, Scope.INCIDENTS_READ)
