"""A process that drains closes each connection after its reply, direct replies included (F7)."""

import asyncio

from sqlalchemy import text

from db.session import Database
from tests.api.test_direct_answers import (
    FLAGS,
    VIEW,
    Site,
    app_settings,
    request,
    sent,
    site,
)
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient

__all__ = ["app_settings", "site"]  # fixtures


async def test_a_process_that_drains_leaves_all_to_the_application(site: Site) -> None:
    site.app.state.stopping.drain()
    (received,) = await sent(site.direct, request(VIEW))
    assert received.headers["connection"] == "close"
    assert site.answers.answered == 0


async def test_a_reply_that_waited_while_draining_began_closes_its_connection(
    site: Site, admin: GraphQLClient
) -> None:
    """Otherwise a proxy keeps the connection, and its next request meets a closed one (F7)."""
    db: Database = site.app.state.runtime.db
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
    async with db.engine.connect() as blocker:
        await blocker.execute(text("LOCK TABLE feature_flags IN ACCESS EXCLUSIVE MODE"))
        reply = asyncio.create_task(sent(site.direct, request(FLAGS, admin.token, n=1)))
        async with db.engine.connect() as observer, asyncio.timeout(PATIENCE):
            while not await observer.scalar(text(waiting)):  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.01)
        site.app.state.stopping.drain()
        await blocker.rollback()
    (received,) = await reply
    assert received.headers["connection"] == "close"
    assert "data" in received.body
