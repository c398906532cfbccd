"""`launch demo --traffic`: simulated users of a running app."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from random import Random

from gql import GraphQLRequest, gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from commands.shared.client import Json, Server, problem_of
from commands.shared.output import remark, show, show_json, table
from commands.shared.signals import until_interrupted
from devserver import traffic_documents as documents
from devserver.traffic_cast import Cast
from devserver.traffic_visits import Deed, NoAnswer, Visits

MAX_AT_ONCE = 200  # visits at the same time; further ones are dropped
_LOOK_SECONDS = 0.5
_SHOWN = {
    Deed.SUPPLIERS: "suppliers", Deed.COUPLES: "couples", Deed.INVITED: "invited",
    Deed.ACCEPTED: "connected", Deed.ERRORS: "errors",
}  # fmt: skip
_LIMIT = (
    "The server makes only so many accounts for one address in an hour: people who were there "
    "already came back instead. SIGN_UPS_PER_HOUR, set where the server starts, allows more."
)
_CLOSED = (
    "Feature flags turned people away: `launch phases activate supplier_rollout` and "
    "`couple_rollout` let some in, `launch phases advance` lets more in."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Rate and duration: visits arrive at random, `per_minute` on average."""

    minutes: float
    per_minute: float
    failing: float


class Api:
    """The public API of a server, over one pool of connections."""

    def __init__(self, session: AsyncClientSession) -> None:
        """`session` is open."""
        self._session = session

    async def ask(self, document: str, token: str | None = None, **variables: object) -> Json:
        """The single root field of an operation; raises NoAnswer."""
        request = GraphQLRequest(_parsed(document), variable_values=variables)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        try:
            data = await self._session.execute(request, extra_args={"headers": headers})
        except (TransportError, OSError, ValueError) as error:
            raise NoAnswer(str(error)) from error
        (payload,) = data.values()
        return payload


def run(server: Server, plan: Plan, *, as_json: bool) -> None:
    """Send visitors until the time is over or Ctrl-C; then print a summary."""
    done = Run(plan, Cast(Random(), datetime.now(UTC).date()))
    with suppress(KeyboardInterrupt):  # a second Ctrl-C during the stop
        asyncio.run(until_interrupted(done.work(server)))
    done.tell(as_json=as_json)


class Run:
    """A run and its results."""

    def __init__(self, plan: Plan, cast: Cast) -> None:
        """Nothing is sent before `work`."""
        self._plan, self._cast = plan, cast
        self.deeds: Counter[Deed] = Counter()
        self.came = 0

    async def work(self, server: Server) -> None:
        """Start visits at random until the time is over, then wait for the remaining ones.

        Raises CommandError if the server does not answer.
        """
        async with server.http() as session:
            await _breaker(server, session)
            visits = Visits(Api(session), self._cast, self.deeds, failing=self._plan.failing)
            under_way: set[asyncio.Task[None]] = set()
            try:
                with _progress() as progress:
                    await self._let_in(visits, under_way, progress)
            finally:
                for task in under_way:
                    task.cancel()
                await asyncio.gather(*under_way, return_exceptions=True)

    async def _let_in(
        self, visits: Visits, under_way: "set[asyncio.Task[None]]", progress: Progress
    ) -> None:
        loop = asyncio.get_running_loop()
        begin, seconds = loop.time(), self._plan.minutes * 60
        bar = progress.add_task("", total=seconds)
        due = begin
        while (passed := loop.time() - begin) < seconds:
            progress.update(bar, completed=passed, description=self._so_far())
            while due <= loop.time():
                self._visit(visits, under_way)
                due += self._cast.random.expovariate(self._plan.per_minute / 60)
            left = seconds - passed
            await asyncio.sleep(min(max(due - loop.time(), 0), _LOOK_SECONDS, left))
        progress.update(bar, completed=seconds, description=self._so_far())

    def _visit(self, visits: Visits, under_way: "set[asyncio.Task[None]]") -> None:
        if len(under_way) >= MAX_AT_ONCE:
            return
        self.came += 1
        task = asyncio.create_task(visits.one())
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    def _so_far(self) -> str:
        parts = (f"{self.deeds[d]} {name}" for d, name in _SHOWN.items() if self.deeds[d])
        return ", ".join((f"{self.came} visits", *parts))

    def tell(self, *, as_json: bool) -> None:
        """Print the summary."""
        deeds = self.deeds
        if as_json:
            show_json({"visits": self.came, **{d.name.lower(): deeds[d] for d in Deed}})
        else:
            rows = [("visits", self.came), *((deed.value, deeds[deed]) for deed in Deed)]
            show(table(("what", "how often"), rows))
        if deeds[Deed.HELD_BACK]:
            remark(_LIMIT)
        if deeds[Deed.CLOSED]:
            remark(_CLOSED)


async def _breaker(server: Server, session: AsyncClientSession) -> None:
    try:
        await session.execute(gql(documents.PING))
    except (TransportError, OSError, ValueError) as error:
        raise problem_of(error, server) from error


def _progress() -> Progress:
    console = Console(stderr=True, highlight=False)
    return Progress(
        BarColumn(24),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


@lru_cache
def _parsed(document: str) -> GraphQLRequest:
    return gql(document)
