"""A live phase with guards: samples arrive, half a minute passes, a worker ticks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from db.event_log import read_after
from db.models.incidents import IncidentEpisode, LaunchIncident
from db.queries import incident_episodes, incidents
from db.session import Database
from domain.events.criteria import CriterionJudged
from domain.ids import parse_global_id, parse_uuid
from domain.metrics.criteria import Aggregation
from domain.metrics.metrics import Measurement
from schema.context import Runtime
from services.metrics.metric_probe import MetricReader
from services.phases import ramps
from services.phases.criteria import judge_phases
from services.phases.pacing import load_pacing_context
from services.phases.thresholds import judge_thresholds
from tests.factories.launches import make_phase
from tests.factories.metrics import store_requests
from tests.factories.phases import activate
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

TICK = timedelta(seconds=30)
FLAG = "mvp_supplier_dashboard"
ERRORS: dict[str, object] = {
    "key": "errors_low",
    "metric": "error_rate",
    "aggregation": "RATE",
    "windowSeconds": 60,
    "comparator": "LTE",
    "threshold": 2.0,
    "action": "ROLLBACK",
}
RAMP = [{"percentage": 5, "holdSeconds": 60}, {"percentage": 50}, {"percentage": 100}]

LOOK = """query ($id: ID) { launchPhase(id: $id) {
  key status heldBy currentStep { percentage } flags { flag { key enabled } }
  pause { author reason at actor { __typename ... on User { email } } }
  successCriteria {
    criterion { key } verdict value samples consecutiveFailures evaluatedAt explanation
  } } }"""


class CountingMetricReader:
    """Returns the same reading for every query and counts them; can fail like a provider."""

    def __init__(self, answer: Callable[[], Measurement]) -> None:
        self.answer = answer
        self.count = 0

    async def __call__(
        self,
        _session: AsyncSession,
        _metric: str,
        _aggregation: Aggregation,
        _seconds: int,
        _now: datetime,
        _not_before: datetime | None = None,
    ) -> Measurement:
        self.count += 1
        return self.answer()


class GuardedPhase:
    """A live phase with criteria, and a worker that judges them on demand."""

    def __init__(self, app: Starlette, client: GraphQLClient, clock: Clock) -> None:
        self.runtime: Runtime = app.state.runtime
        self.client = client
        self.clock = clock
        self.phase = ""

    @property
    def db(self) -> Database:
        """Return the database of the app, so that its streams receive the changes."""
        return self.runtime.db

    async def go_live(self, *criteria: dict[str, object], **fields: object) -> None:
        """Activate the phase some time ago, so that earlier samples do not count."""
        key = str(fields.pop("key", "mvp_launch"))
        self.phase = await make_phase(
            self.client, key, (FLAG,), **{"successCriteria": list(criteria), **fields}
        )
        assert (await activate(self.client, self.phase))["errors"] == []
        self.clock.advance(60)

    async def tick(
        self, total: int = 0, errors: int = 0, *, reader: MetricReader | None = None
    ) -> None:
        """Add requests, advance half a minute, and judge the criteria."""
        self.clock.advance(TICK.total_seconds())
        await self.add(total, errors)
        await self.judge(reader)

    async def add(self, total: int, errors: int = 0) -> None:
        """Add requests that were just served."""
        if total:
            await store_requests(self.db, self.clock(), total=total, errors=errors)

    async def judge(self, reader: MetricReader | None = None) -> None:
        """Judge the criteria as a new worker does, with no state but the database."""
        await judge_phases(self.db, reader or MetricReader(self.db), TICK)

    async def watch_limits(self, total: int, errors: int = 0, milliseconds: float = 20) -> None:
        """Advance half a minute and judge the thresholds of all phases."""
        self.clock.advance(TICK.total_seconds())
        await store_requests(
            self.db, self.clock(), total=total, errors=errors, milliseconds=milliseconds
        )
        await judge_thresholds(self.db, MetricReader(self.db), TICK)

    async def sweep(self) -> int:
        """Advance ramps that are due."""
        pacing_context = await load_pacing_context(self.runtime.health, self.runtime.settings)
        return await ramps.sweep(self.db, pacing_context)

    async def look(self) -> Any:  # noqa: ANN401 - JSON
        """Return the phase as the API shows it."""
        return (await self.client.data(LOOK, id=self.phase))["launchPhase"]

    async def criterion(self) -> Any:  # noqa: ANN401 - JSON
        """Return the first criterion as the API shows it."""
        return (await self.look())["successCriteria"][0]

    async def cursor(self) -> str:
        """Return the cursor of the newest event."""
        document = "{ launchEvents(first: 100) { pageInfo { endCursor } } }"
        data = await self.client.data(document)
        return str(data["launchEvents"]["pageInfo"]["endCursor"])

    async def judgements(self) -> list[CriterionJudged]:
        """Return the events about criteria."""
        async with self.db.read() as session:
            recorded = await read_after(session, 0, 1_000, kinds=[CriterionJudged.TYPE])
        key = parse_uuid((parse_global_id(self.phase) or ("", ""))[1])
        events = [item.event for item in recorded if item.event.phase_id == key]
        return [event for event in events if isinstance(event, CriterionJudged)]

    async def incidents(self) -> list[LaunchIncident]:
        """Return the open incidents."""
        async with self.db.read() as session:
            return await incidents.list_open(session)

    async def episodes(self, incident: LaunchIncident) -> list[IncidentEpisode]:
        """Return the episodes of an incident, newest first."""
        async with self.db.read() as session:
            return (await incident_episodes.newest(session, [incident.id], 100))[incident.id]
