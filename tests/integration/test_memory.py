"""What a process keeps, and what its garbage collector walks through (docs/performance.md)."""

import gc
from collections.abc import Iterator

import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from app import create_app
from db.session import Database
from schema.context import Context
from settings import Settings
from tests.clock import Clock
from tests.factories.health import PROBES


@pytest.fixture
def thawed() -> Iterator[None]:
    """The collector of the tests as it was."""
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
async def test_a_full_collection_passes_over_what_was_there_at_the_start(
    db: Database, redis: Redis, settings: Settings, clock: Clock
) -> None:
    app = create_app(settings, clock, PROBES)
    before = gc.get_freeze_count()
    async with app.router.lifespan_context(app):
        assert gc.get_freeze_count() > before + 10_000


async def test_a_socket_has_no_loaders_until_it_wants_one(app: Starlette) -> None:
    context = Context(app.state.runtime)
    assert context._loaders is None
    assert context.loaders is context.loaders
