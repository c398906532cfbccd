"""The live propagation of a version of the flags (X5)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from domain.errors import NotFound
from schema.context import Info
from schema.types.propagation import Propagation
from subscriptions.credential_expiry import AccessEnded

Version = Annotated[int, strawberry.argument(description="The version of the flags.")]


async def propagation(info: Info, version: Version) -> AsyncIterator[Propagation]:
    """The propagation of a version, until all have it or 60 seconds have passed."""
    runtime, access_ended = info.context.runtime, asyncio.Event()
    if await runtime.propagations.of(version) is None:
        raise NotFound("There is no such version of the flags.", path=("version",))
    with runtime.credential_watch.watch(info.context.actor, access_ended.set):
        async for state in runtime.propagations.follow(version, access_ended):
            yield Propagation.of(state)
        if access_ended.is_set():
            raise AccessEnded
