"""Alerts: decided in memory and Redis, sent through Apprise, logged in the database."""

from services.alerting.center import SWEEP_SECONDS, AlertCenter

__all__ = ["SWEEP_SECONDS", "AlertCenter"]
