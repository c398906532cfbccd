"""Use cases: alerts. Decided in memory and Redis, sent by Apprise, logged in PostgreSQL."""

from services.alerting.center import ALERT_SWEEP_SECONDS, AlertCenter

__all__ = ["ALERT_SWEEP_SECONDS", "AlertCenter"]
