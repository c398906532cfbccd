"""The periodic tasks and their intervals."""

from collections.abc import Mapping

from services.alerting import ALERT_SWEEP_SECONDS
from settings import Settings

_HEARTBEAT_SECONDS = 10.0
_HEARTBEAT_MAIL_SECONDS = 30.0
_INVITATION_SWEEP_SECONDS = 30.0
_JOURNEY_SECONDS = 5.0
_MAIL_SECONDS = 5.0
_METRICS_SECONDS = 30.0
_PROPAGATION_SECONDS = 5.0
_REHEARSAL_END_SECONDS = 30.0
_RETENTION_SECONDS = 3_600.0
_WEBHOOK_SECONDS = 1.0


def intervals(settings: Settings) -> Mapping[str, float]:
    """Each periodic task with its interval in seconds (S62, S63, S109)."""
    return {
        "health": settings.health_interval_seconds,
        "heartbeat": _HEARTBEAT_SECONDS,
        "heartbeat-mail": _HEARTBEAT_MAIL_SECONDS,
        "alerts": ALERT_SWEEP_SECONDS,
        "guards": settings.health_interval_seconds,
        "journeys": _JOURNEY_SECONDS,
        "mail": _MAIL_SECONDS,
        "metrics": _METRICS_SECONDS,
        "metrics-late": _METRICS_SECONDS,
        "retention": _RETENTION_SECONDS,
        "invitations": _INVITATION_SWEEP_SECONDS,
        "invitations-remind": _INVITATION_SWEEP_SECONDS,
        "invitations-bulk": _INVITATION_SWEEP_SECONDS,
        "propagation": _PROPAGATION_SECONDS,
        "rehearsals": _REHEARSAL_END_SECONDS,
        "webhooks": _WEBHOOK_SECONDS,
    }
