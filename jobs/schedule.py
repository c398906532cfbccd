"""The periodic tasks and their intervals."""

from collections.abc import Mapping

from services.alerting import SWEEP_SECONDS
from settings import Settings

_HOUR = 3600.0
_SETTLE_SECONDS = 5.0
_BEAT_SECONDS = 10.0
_SWEEP_SECONDS = 30.0
_REAP_SECONDS = 30.0
_COLLECT_SECONDS = 30.0
_FOLD_SECONDS = 5.0
_WEBHOOK_SECONDS = 1.0
_MAIL_SECONDS = 5.0


def intervals(settings: Settings) -> Mapping[str, float]:
    """Each periodic task with its interval in seconds (S62, S63, S109)."""
    return {
        "health": settings.health_interval_seconds,
        "heartbeat": _BEAT_SECONDS,
        "heartbeat-mail": _SWEEP_SECONDS,
        "alerts": SWEEP_SECONDS,
        "guards": settings.health_interval_seconds,
        "journeys": _FOLD_SECONDS,
        "mail": _MAIL_SECONDS,
        "metrics": _COLLECT_SECONDS,
        "metrics-late": _COLLECT_SECONDS,
        "retention": _HOUR,
        "invitations": _SWEEP_SECONDS,
        "invitations-remind": _SWEEP_SECONDS,
        "invitations-bulk": _SWEEP_SECONDS,
        "propagation": _SETTLE_SECONDS,
        "rehearsals": _REAP_SECONDS,
        "webhooks": _WEBHOOK_SECONDS,
    }
