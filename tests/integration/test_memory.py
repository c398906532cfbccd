"""What a process keeps, and what its garbage collector walks through (docs/performance.md)."""

import gc
import weakref
from collections.abc import Iterator

import psutil  # type: ignore[import-untyped]  # no stubs
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from app import create_app
from db.session import Database
from schema.context import Context
from server.documents import CACHES, parsed
from settings import Settings
from tests.factories.health import PROBES
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

MAX_BYTES = 40_000_000  # of a server and its client; it was half a megabyte for each document


@pytest.fixture
def thawed() -> Iterator[None]:
    """The collector of the tests as it was."""
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
async def test_startup_objects_are_frozen_for_the_garbage_collector(
    db: Database, redis: Redis, settings: Settings, clock: Clock
) -> None:
    app = create_app(settings, clock, PROBES)
    before = gc.get_freeze_count()
    async with app.router.lifespan_context(app):
        assert gc.get_freeze_count() > before + 10_000


async def test_sockets_create_loaders_lazily(app: Starlette) -> None:
    context = Context(app.state.runtime)
    assert context._loaders is None
    assert context.loaders is context.loaders


async def test_visitor_documents_have_a_bounded_cache_share(
    app: Starlette, visitor: GraphQLClient
) -> None:
    """SEC7: each is sent three times, as a crawler or an attacker sends them."""
    memory = psutil.Process().memory_info
    before = 0
    for number in range(250):
        if number == 30:  # the first ones fill what any request fills
            before = memory().rss
        fields = " ".join(f"a{number:04}x{field:05}: __typename" for field in range(480))
        for _ in range(3):
            answer = await visitor.execute(f"query Q{number} {{ systemStatus {{ {fields} }} }}")
            assert answer.data
    gc.collect()
    assert memory().rss - before < MAX_BYTES
    for cache in (CACHES.recent, CACHES.visitors):
        assert cache.size <= cache.max_bytes
    assert len(CACHES.visitors) < 30


async def test_visitors_do_not_evict_documents_of_accounts(
    visitor: GraphQLClient, admin: GraphQLClient
) -> None:
    document = "query Kept { viewer { id } }"
    await admin.execute(document)
    assert document in CACHES.accounts
    for number in range(200):
        aliases = " ".join(f"a{number}x{field}: __typename" for field in range(100))
        await visitor.execute(f"{{ {aliases} }}")
    assert document in CACHES.accounts


def test_evicted_documents_are_freed_at_once() -> None:
    """Without a collection, which passes over old objects for a long time."""
    gc.collect()
    gc.disable()
    try:
        tree = parsed("{ " + " ".join(f"let_go{number}" for number in range(50)) + " }")
        last = weakref.ref(tree.definitions[0])
        assert tree.loc is not None
        assert tree.loc.start_token.next is None
        CACHES.recent.clear()
        del tree
        assert last() is None
    finally:
        gc.enable()


async def test_invalid_documents_are_not_cached(visitor: GraphQLClient) -> None:
    before = len(CACHES.visitors)
    for number in range(20):
        assert (await visitor.execute(f"{{ nowhere{number} }}")).codes == ["BAD_USER_INPUT"]
    assert len(CACHES.visitors) <= before
