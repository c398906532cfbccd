"""Look-ups of rows by their ids in batches, for the data loaders of the schema."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import ApiToken, User
from db.models.events import Change
from db.models.incidents import IncidentDependent, IncidentEpisode, LaunchIncident
from db.models.mail import Mail, MailAttempt
from db.models.phases import LaunchPhase, PhaseRun
from db.models.webhooks import Webhook
from db.queries import (
    accounts,
    changes,
    criteria,
    flags,
    incident_dependents,
    incident_episodes,
    incidents,
    mail,
    phases,
    webhooks,
)
from db.queries import silences as silence_queries
from db.session import Database
from domain.alerting.silences import Silence
from domain.events import RecordedEvent
from domain.flags.exposures import Exposure
from domain.flags.flags import Flag
from domain.health.health import CheckType
from domain.health.health_history import HealthSlot
from domain.phases.plans import LinkedFlag
from domain.platform.percent import Percent
from services.alerting import silences
from services.flags.flag_exposures import ExposureKey, exposures
from services.flags.flag_reverts import revertible
from services.flags.flag_usage import last_evaluated
from services.health.health import UptimeKey, uptimes
from services.health.health_history import histories
from services.incidents import incident_reads, incident_reports, incident_timelines, suspects
from services.incidents.incident_reads import EpisodePage
from services.incidents.incident_timelines import TimelinePage

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Lookup = Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]


class Lookups:
    """The look-ups of a launch. Each call opens its own session, so that siblings run at once."""

    def __init__(self, db: Database) -> None:
        """`db` is the database of the process."""
        self._db = db
        self.users: Lookup[UUID, User] = self._by(accounts.users_by_id)
        self.tokens: Lookup[UUID, ApiToken] = self._by(accounts.tokens_by_id)
        self.flags: Lookup[UUID, Flag] = self._by(flags.by_id)
        self.flags_by_key: Lookup[str, Flag] = self._by(flags.by_key)
        self.phases: Lookup[UUID, LaunchPhase] = self._by(phases.by_id)
        self.linked_flags: Lookup[UUID, list[LinkedFlag]] = self._by(phases.linked_flags)
        self.runs: Lookup[UUID, PhaseRun] = self._by(phases.runs_by_id)
        self.criteria: Lookup[UUID, criteria.States] = self._by(criteria.states_of_runs)
        self.incidents: Lookup[UUID, LaunchIncident] = self._by(incidents.by_id)
        self.episodes: Lookup[UUID, IncidentEpisode] = self._by(incident_episodes.current)
        self.episode_pages: Lookup[EpisodePage, list[IncidentEpisode]] = self._by(
            incident_reads.episode_pages
        )
        self.dependents: Lookup[UUID, list[IncidentDependent]] = self._by(
            incident_dependents.of_episodes
        )
        self.mails: Lookup[UUID, Mail] = self._by(mail.by_id)
        self.mail_attempts: Lookup[UUID, list[MailAttempt]] = self._by(mail.attempts_of)
        self.webhooks: Lookup[UUID, Webhook] = self._by(webhooks.by_id)
        self.changes: Lookup[UUID, Change] = self._by(changes.by_id)
        self.revertible: Lookup[Change, bool] = self._by(revertible)
        self.suspects: Lookup[suspects.SuspectQuery, list[suspects.SuspectChange]] = self._by(
            suspects.of_incidents
        )
        self.timelines: Lookup[TimelinePage, list[RecordedEvent]] = self._by(
            incident_timelines.of_incidents
        )
        self.incident_reports: Lookup[LaunchIncident, str] = self._by(incident_reports.reports)
        self.uptimes: Lookup[UptimeKey, Percent] = self._by(partial(uptimes, clock=db.clock))
        self.health_histories: Lookup[UptimeKey, list[HealthSlot]] = self._by(
            partial(histories, clock=db.clock)
        )
        self.exposures: Lookup[ExposureKey, Exposure] = self._by(partial(exposures, clock=db.clock))
        self.last_evaluated: Lookup[str, datetime] = self._by(last_evaluated)
        self.silences: Lookup[UUID, Silence] = self._by(silence_queries.by_id)
        self.silences_of_checks: Lookup[CheckType, Silence] = self._by(
            partial(silences.of_checks, clock=db.clock)
        )

    def _by(
        self, read: Callable[[AsyncSession, Sequence[K]], Awaitable[Mapping[K, V]]]
    ) -> Lookup[K, V]:
        async def lookup(keys: Sequence[K]) -> Mapping[K, V]:
            async with self._db.read() as session:
                return await read(session, keys)

        return lookup
