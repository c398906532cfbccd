"""Show a version of the flags on its way to all processes and clients."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from commands.shared.client import Json, Server, problem_of
from commands.shared.output import remark, show
from domain.propagation.propagation import unknown_text

FIELDS = (
    "version processes total acked unknownProcesses unknownStreams "
    "p95Ms completeMs complete slowest withinBudget"
)
FOLLOW = f"""
subscription Propagation($version: Int!) {{ propagation(version: $version) {{ {FIELDS} }} }}
"""


def follow(server: Server, found: Json | None) -> None:
    """Until all have it or a minute has passed. What was done is done: it never fails."""
    if found is None:
        return
    try:
        found = asyncio.run(_last(server, found["version"], _progress)) or found
    except Exception as error:
        remark(f"Its way to the clients cannot be followed: {problem_of(error, server)}", "yellow")
        return
    show(result(found))


def result(found: Json) -> str:
    """One line on who has a version, and how long it took."""
    if not found["complete"]:
        unknown = unknown_text(found["unknownProcesses"], found["unknownStreams"])
        rest = f"{unknown}; " if unknown else ""
        return f"{_who(found, found['acked'])} have it; {rest}waiting for {found['slowest']}"
    budget = "within" if found["withinBudget"] else "NOT within"
    times = f"{found['completeMs']} ms, 95 % after {found['p95Ms']} ms"
    return f"{_who(found, found['total'])} have it: {times}, {budget} 30 s"


def _who(found: Json, have: int) -> str:
    clients = found["total"] - found["processes"]
    return f"{have} of {found['total']} ({found['processes']} processes, {clients} streams)"


def _progress(found: Json) -> None:
    if not found["complete"]:
        remark(f"  {result(found)}")


async def _last(server: Server, version: int, seen: Callable[[Json], None]) -> Json:
    from gql import gql  # noqa: PLC0415 - heavy

    request, last = gql(FOLLOW), None
    request.variable_values = {"version": version}
    async with server.socket() as session, aclosing(session.subscribe(request)) as news:
        async for item in news:
            last = item["propagation"]
            seen(last)
    return last
