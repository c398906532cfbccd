"""The day itself: who is there, what is done to them, what is written down."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from time import time

from tests.launch_day.api import Api
from tests.launch_day.lag import Lag
from tests.launch_day.lines import Line
from tests.launch_day.listeners import Listener
from tests.launch_day.moments import NOTHING, Moment, between
from tests.launch_day.operator import Operator
from tests.launch_day.people import People
from tests.launch_day.plan import FLAGS, Plan
from tests.launch_day.sinks import MailSink
from tests.launch_day.site import Site
from tests.launch_day.viewers import (
    EventReader,
    HealthReader,
    JourneysReader,
    MetricsReader,
    Viewer,
)
from tests.support.receivers import HttpReceiver


@dataclass(slots=True)
class Day:
    """Everything that the driver has and has seen."""

    plan: Plan
    site: Site
    api: Api
    operator: Operator
    people: People
    alerts: HttpReceiver
    mail: MailSink
    lag: Lag
    began: float = field(default_factory=time)
    viewers: Sequence[Viewer] = ()
    readers: Sequence[EventReader] = ()
    health: Sequence[HealthReader] = ()
    metrics: Sequence[MetricsReader] = ()
    journeys: Sequence[JourneysReader] = ()
    head: str = ""
    moments: list[Moment] = field(default_factory=list)
    faults: dict[str, float] = field(default_factory=dict)
    limits: list[Line] = field(default_factory=list)
    happened: list[tuple[float, str]] = field(default_factory=list)

    def note(self, what: str) -> float:
        """Something that an operator would want to find on the page; returns the moment."""
        now = time()
        self.happened.append((now - self.began, what))
        sys.stderr.write(f"{now - self.began:6.1f} s  {what}\n")
        return now

    @property
    def now(self) -> float:
        """When the newest thing on the page happened."""
        return self.began + self.happened[-1][0]

    def errors(self) -> float:
        """In percent of the last minute's answers: those that were the product's fault."""
        recent = [call for call in self.api.calls if call.answered and call.at > time() - 60]
        return 100 * sum(call.at_fault for call in recent) / max(len(recent), 1)

    def listeners(self) -> list[Listener]:
        """Of everybody, in the order in which they come."""
        listeners = [viewer.listener for viewer in self.viewers]
        listeners += [reader.listener for reader in self.readers]
        listeners += [reader.listener for reader in self.health]
        listeners += [reader.listener for reader in self.metrics]
        return listeners + [reader.listener for reader in self.journeys]

    async def look(self, name: str) -> None:
        """Keep how things are, for `launchState(at:)` to be compared with."""
        at, seen = await between(self.api, self.operator.token, self.plan.look_seconds)
        self.moments.append(Moment(name, at, seen))

    async def look_until_steady(self, name: str) -> None:
        """The same just after an outage, when everything may change between two looks."""
        async with asyncio.timeout(self.plan.patience):
            await self.look(name)
            while self.moments[-1].seen == NOTHING:
                self.moments.pop()
                await self.look(name)

    async def let_in(self) -> None:
        """Everybody who listens, half of them on each process; most of them are viewers."""
        token, self.head = self.operator.token, await self.operator.head()
        keys = frozenset(FLAGS)
        self.viewers = [Viewer(f"device-{n}", keys) for n in range(self.plan.viewers)]
        self.readers = [EventReader(token, self.head) for _ in range(self.plan.readers)]
        self.health = [HealthReader(token) for _ in range(2)]
        self.metrics = [MetricsReader(token) for _ in range(2)]
        self.journeys = [JourneysReader(token) for _ in range(2)]


@asynccontextmanager
async def listening(day: Day, random: Random) -> AsyncIterator[None]:
    """All sockets are open and have heard something; they end with the block."""
    await day.let_in()
    tasks = []
    try:
        for number, listener in enumerate(day.listeners()):
            first = number % 2
            ports = (day.site.ports[first], day.site.ports[1 - first])
            tasks.append(asyncio.create_task(listener.run(ports, random)))
            await asyncio.sleep(0.002)
        silent = {id(reader.listener) for reader in day.readers}  # until something happens
        heard = [item.first.wait() for item in day.listeners() if id(item) not in silent]
        async with asyncio.timeout(day.plan.patience):
            await asyncio.gather(*heard)
        yield
    finally:
        await ended(tasks)


@asynccontextmanager
async def acting(day: Day) -> AsyncIterator[None]:
    """People act for as long as the block lasts."""
    await day.people.settle_in(day.plan.settled)
    task = asyncio.create_task(day.people.run(day.plan.per_second, day.plan.at_once))
    try:
        yield
    finally:
        await ended([task])


async def ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel them and wait; what they raise is ours to see."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def opened(
    plan: Plan, site: Site, alerts: HttpReceiver, mail: MailSink
) -> AsyncIterator[Day]:
    """The operator has made the launch, and everybody listens; nobody acts yet."""
    random = Random(2027)
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(Api(site.ports, plan.answer_seconds))
        lag = await stack.enter_async_context(Lag())
        day = Day(plan, site, api, Operator(api, plan), People(api, random), alerts, mail, lag)
        await day.operator.log_in()
        await day.operator.make_launch()
        await stack.enter_async_context(listening(day, random))
        day.note(f"{plan.viewers} viewers listen on two processes")
        yield day
