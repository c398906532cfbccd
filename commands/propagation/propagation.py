"""Prints the propagation of a flag version to processes and clients."""

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


def follow(server: Server, change: Json | None) -> None:
    """Follow until complete or for a minute; never fails, because the change is made."""
    if change is None:
        return
    try:
        change = asyncio.run(_last_propagation(server, change["version"], _progress)) or change
    except Exception as error:
        remark(f"Its propagation cannot be followed: {problem_of(error, server)}", "yellow")
        return
    show(result(change))


def result(change: Json) -> str:
    """Who has a version and how long it took, in one line."""
    if not change["complete"]:
        unknown = unknown_text(change["unknownProcesses"], change["unknownStreams"])
        rest = f"{unknown}; " if unknown else ""
        receivers = _receivers_text(change, change["acked"])
        return f"{receivers} have it; {rest}waiting for {change['slowest']}"
    budget = "within" if change["withinBudget"] else "NOT within"
    times = f"{change['completeMs']} ms, 95 % after {change['p95Ms']} ms"
    return f"{_receivers_text(change, change['total'])} have it: {times}, {budget} 30 s"


def _receivers_text(change: Json, have: int) -> str:
    clients = change["total"] - change["processes"]
    return f"{have} of {change['total']} ({change['processes']} processes, {clients} streams)"


def _progress(change: Json) -> None:
    if not change["complete"]:
        remark(f"  {result(change)}")


async def _last_propagation(server: Server, version: int, seen: Callable[[Json], None]) -> Json:
    from gql import gql  # noqa: PLC0415 - heavy

    request, last = gql(FOLLOW), None
    request.variable_values = {"version": version}
    async with server.socket() as session, aclosing(session.subscribe(request)) as news:
        async for item in news:
            last = item["propagation"]
            seen(last)
    return last
