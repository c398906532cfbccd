"""Use cases: alerts. Decided in memory and Redis, sent by Apprise, logged in PostgreSQL."""

from services.alerting.center import SWEEP_SECONDS, AlertCenter

__all__ = ["SWEEP_SECONDS", "AlertCenter"]
