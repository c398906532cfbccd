"""Follows an app over one websocket: reconnects with backoff, resumes after the last event."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

from gql import gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError

from commands.health.health import FIELDS
from commands.shared.client import Json, Server, code_of, problem_of

_EVENT = "__typename cursor at summary"
_ACTOR = "actor { ... on User { email } ... on ApiToken { name } ... on SystemActor { component } }"
HEALTH = f"subscription WatchHealth {{ systemHealth {{ {FIELDS} }} }}"
FLAGS = """
subscription WatchFlags { featureFlags { key enabled rolloutPercentage version updatedAt } }
"""
EVENTS = f"""
subscription WatchEvents($after: String) {{
  launchEvents(after: $after) {{ {_EVENT} {_ACTOR} ... on StreamGap {{ resumeFrom }} }}
}}
"""
PAST = f"""
query PastEvents($since: DateTime!, $after: String) {{
  launchEvents(first: 100, since: $since, after: $after) {{
    nodes {{ {_EVENT} {_ACTOR} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_HISTORY = timedelta(minutes=10)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
_FATAL = frozenset({"UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT", "COST_EXCEEDED"})


class Sink(Protocol):
    """Receives what happens."""

    def connected(self, url: str) -> None:
        """The streams are open."""

    def lost(self, why: str, pause: float) -> None:
        """The connection is lost; the next attempt follows after so many seconds."""

    def health(self, snapshot: Json) -> None:
        """A new snapshot."""

    def flag(self, flag: Json) -> None:
        """The current state of a flag."""

    def event(self, event: Json, *, old: bool) -> None:
        """An event; `old`: it happened before the start."""


async def follow(server: Server, sink: Sink, *, events_only: bool) -> None:
    """Follow until cancelled; raises CommandError if the first attempt fails or is not allowed."""
    follower = _Follower(server, sink, events_only=events_only)
    pause = _FIRST_PAUSE
    while True:
        begin = asyncio.get_running_loop().time()
        why = await follower.once()
        # The connection lasted: reset the backoff.
        lasted = asyncio.get_running_loop().time() - begin > _LONGEST_PAUSE
        pause = _FIRST_PAUSE if lasted else min(pause * 2, _LONGEST_PAUSE)
        pause *= random.uniform(0.5, 1.0)
        sink.lost(why, pause)
        await asyncio.sleep(pause)


class _Follower:
    """The state that outlives a connection."""

    def __init__(self, server: Server, sink: Sink, *, events_only: bool) -> None:
        self._server, self._sink, self._events_only = server, sink, events_only
        self._since = datetime.now(UTC) - _HISTORY
        self._cursor: str | None = None
        self._worked = False

    async def once(self) -> str:
        """Run one connection; returns why it ended."""
        try:
            async with self._server.socket() as session:
                await self._catch_up(session)
                self._sink.connected(self._server.url)
                self._worked = True
                await self._streams(session)
        except (TransportError, OSError, TimeoutError) as error:
            problem = problem_of(error, self._server)
            if not self._worked or code_of(error) in _FATAL:
                raise problem from error
            return str(problem)
        return "the server has ended the stream"

    async def _streams(self, session: AsyncClientSession) -> None:
        """Run all streams at once; the first that ends or fails ends the others."""
        works = [self._events(session)]
        if not self._events_only:
            works += [self._health(session), self._flags(session)]
        tasks = [asyncio.ensure_future(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _catch_up(self, session: AsyncClientSession) -> None:
        """Read the latest events, to have a position to resume from."""
        while True:
            request = gql(PAST)
            request.variable_values = {"since": self._since.isoformat(), "after": self._cursor}
            page = (await session.execute(request))["launchEvents"]
            for event in page["nodes"]:
                self._take(event, old=not self._worked)
            if not page["pageInfo"]["hasNextPage"]:
                return

    async def _events(self, session: AsyncClientSession) -> None:
        async for data in _stream(session, EVENTS, after=self._cursor):
            event = data["launchEvents"]
            self._take(event, old=False)
            # The server ends a stream that lags behind: the next connection reads what is missing.
            self._cursor = event.get("resumeFrom") or self._cursor

    async def _health(self, session: AsyncClientSession) -> None:
        async for data in _stream(session, HEALTH):
            self._sink.health(data["systemHealth"])

    async def _flags(self, session: AsyncClientSession) -> None:
        async for data in _stream(session, FLAGS):
            self._sink.flag(data["featureFlags"])

    def _take(self, event: Json, *, old: bool) -> None:
        self._cursor = event["cursor"]
        self._sink.event(event, old=old)


async def _stream(
    session: AsyncClientSession, document: str, **variables: object
) -> AsyncIterator[Json]:
    request = gql(document)
    request.variable_values = variables
    async for data in session.subscribe(request):
        yield data
