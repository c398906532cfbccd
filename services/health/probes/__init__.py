"""Probes of the five parts that a launch depends on (S5, S52)."""

from collections.abc import Mapping

from redis.asyncio import Redis

from db.session import Database
from domain.health.health import CheckType
from services.health.probes import api, realtime
from services.health.probes.api import ApiProbe
from services.health.probes.auth import AuthProbe
from services.health.probes.base import Probe
from services.health.probes.database import DatabaseProbe
from services.health.probes.email import EmailProbe
from services.health.probes.realtime import RealtimeProbe
from services.platform.passwords import Passwords
from settings import Settings

__all__ = ["DOCUMENTS", "Probe", "build_probes"]

# A server that runs only known documents must know these.
DOCUMENTS = (api.DOCUMENT, realtime.DOCUMENT)


def build_probes(
    settings: Settings, db: Database, redis: Redis, passwords: Passwords
) -> Mapping[CheckType, Probe]:
    """Build all five probes from the settings."""
    smtp_url = settings.smtp_url.get_secret_value() if settings.smtp_url else None
    return {
        CheckType.DATABASE: DatabaseProbe(db),
        CheckType.API: ApiProbe(settings.probed_url, settings.probe_ca_file),
        CheckType.AUTH: AuthProbe(db, passwords),
        CheckType.EMAIL: EmailProbe(smtp_url, db),
        CheckType.REALTIME: RealtimeProbe(redis, settings.probed_url, settings.probe_ca_file),
    }
