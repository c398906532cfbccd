"""A live phase under guard: samples come in, half a minute passes, a worker ticks."""

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
from tests.api.test_phases import activate
from tests.factories.launches import make_phase
from tests.factories.metrics import requests
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


class Asked:
    """Answers the same whatever is asked, and counts; may fail like a provider that is away."""

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


class Guarded:
    """A phase with criteria, live, and a worker that looks at it when told to."""

    def __init__(self, app: Starlette, client: GraphQLClient, clock: Clock) -> None:
        self.runtime: Runtime = app.state.runtime
        self.client = client
        self.clock = clock
        self.phase = ""

    @property
    def db(self) -> Database:
        """That of the app: its streams hear of what happens."""
        return self.runtime.db

    async def go_live(self, *criteria: dict[str, object], **fields: object) -> None:
        """Activated a while ago, so that nothing from before counts."""
        key = str(fields.pop("key", "mvp_launch"))
        self.phase = await make_phase(
            self.client, key, (FLAG,), **{"successCriteria": list(criteria), **fields}
        )
        assert (await activate(self.client, self.phase))["errors"] == []
        self.clock.advance(60)

    async def tick(
        self, total: int = 0, errors: int = 0, *, reader: MetricReader | None = None
    ) -> None:
        """Half a minute with so many requests, then a look at the criteria."""
        self.clock.advance(TICK.total_seconds())
        await self.add(total, errors)
        await self.judge(reader)

    async def add(self, total: int, errors: int = 0) -> None:
        """Requests that were just answered."""
        if total:
            await requests(self.db, self.clock(), total=total, errors=errors)

    async def judge(self, reader: MetricReader | None = None) -> None:
        """What a worker does, another one each time: nothing is remembered but in the database."""
        await judge_phases(self.db, reader or MetricReader(self.db), TICK)

    async def watch_limits(self, total: int, errors: int = 0, milliseconds: float = 20) -> None:
        """Half a minute, then a look at the limits that hold for every phase."""
        self.clock.advance(TICK.total_seconds())
        await requests(self.db, self.clock(), total=total, errors=errors, milliseconds=milliseconds)
        await judge_thresholds(self.db, MetricReader(self.db), TICK)

    async def sweep(self) -> int:
        """Move on what is due."""
        pacing_context = await load_pacing_context(self.runtime.health, self.runtime.settings)
        return await ramps.sweep(self.db, pacing_context)

    async def look(self) -> Any:  # noqa: ANN401 - JSON
        """The phase as the API shows it."""
        return (await self.client.data(LOOK, id=self.phase))["launchPhase"]

    async def criterion(self) -> Any:  # noqa: ANN401 - JSON
        """The first criterion as the API shows it."""
        return (await self.look())["successCriteria"][0]

    async def cursor(self) -> str:
        """Of the newest event so far."""
        document = "{ launchEvents(first: 100) { pageInfo { endCursor } } }"
        found = await self.client.data(document)
        return str(found["launchEvents"]["pageInfo"]["endCursor"])

    async def judgements(self) -> list[CriterionJudged]:
        """What the event log says about criteria."""
        async with self.db.read() as session:
            found = await read_after(session, 0, 1_000, kinds=[CriterionJudged.TYPE])
        key = parse_uuid((parse_global_id(self.phase) or ("", ""))[1])
        events = [item.event for item in found if item.event.phase_id == key]
        return [event for event in events if isinstance(event, CriterionJudged)]

    async def incidents(self) -> list[LaunchIncident]:
        """Those that are open."""
        async with self.db.read() as session:
            return await incidents.list_open(session)

    async def episodes(self, incident: LaunchIncident) -> list[IncidentEpisode]:
        """Those of an incident, newest first."""
        async with self.db.read() as session:
            return (await incident_episodes.newest(session, [incident.id], 100))[incident.id]
