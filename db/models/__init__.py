"""Every table, by topic. Importing this package fills `Base.metadata`."""

from db.base import Base
from db.models import (
    accounts,
    couples,
    criteria,
    events,
    flags,
    health,
    incidents,
    invitations,
    jobs,
    journeys,
    mail,
    metrics,
    onboarding,
    phases,
    silences,
    suppliers,
    webhooks,
)

__all__ = [
    "Base",
    "accounts",
    "couples",
    "criteria",
    "events",
    "flags",
    "health",
    "incidents",
    "invitations",
    "jobs",
    "journeys",
    "mail",
    "metrics",
    "onboarding",
    "phases",
    "silences",
    "suppliers",
    "webhooks",
]
