"""Fixtures: real servers once per session, and an empty database for each test that uses one."""

import gc
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import make_url
from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from devserver.embedded import EmbeddedPostgres, EmbeddedValkey
from domain.actors import Role
from services.platform.redis_driver import DRIVER_INFO
from settings import Settings
from tests.factories import user_sessions
from tests.factories.accounts import fast_passwords
from tests.factories.conversations import Pair, connect_pair
from tests.factories.health import PROBES, Health, pass_all_probes
from tests.support import shared_dialect
from tests.support.clock import PATIENCE, Clock
from tests.support.clusters import copy_template, make_template
from tests.support.graphql import GraphQLClient
from tests.support.once import run_folder
from tests.support.row_deletion import delete_all_rows

# As in the processes of `launch`: much of a test's time is creating long-lived objects.
gc.set_threshold(50_000, 20, 20)
shared_dialect.install()
# The duration of an example depends on the load of the machine, not on the code.
hypothesis_settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("suite")
pytest_plugins = ["tests.support.not_run"]


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A folder for the servers of this test process."""
    with tempfile.TemporaryDirectory(prefix="launch-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated PostgreSQL cluster to copy from, shared by all processes of this run."""
    return make_template(run_folder(tmp_path_factory) / "cluster")


@pytest.fixture(scope="session")
def postgres(data_dir: Path, cluster: Path) -> Iterator[EmbeddedPostgres]:
    """A real PostgreSQL at the newest revision."""
    copy_template(cluster, data_dir)
    server = EmbeddedPostgres(data_dir, fast=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey(data_dir: Path) -> Iterator[EmbeddedValkey]:
    """A real Valkey server."""
    server = EmbeddedValkey(data_dir)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def clock() -> Clock:
    """The clock that the system under test reads."""
    return Clock()


@pytest.fixture(scope="session")
def settings(postgres: EmbeddedPostgres, valkey: EmbeddedValkey, data_dir: Path) -> Settings:
    """Settings that point to the real servers."""
    return Settings(
        _env_file=None,
        environment="test",
        database_url=postgres.url,
        redis_url=valkey.url,
        data_dir=data_dir,
        secret_key=SecretStr("a secret that only tests know"),
        database_pool_size=10,
        health_recheck_seconds=0.01,
        # Limits that a busy machine must not reach; tests of a limit set their own.
        operation_timeout_seconds=PATIENCE,
        fast_paths=os.environ.get("FAST_PATHS", "on") != "off",  # both paths have to pass
        database_timeout_seconds=PATIENCE / 3,
    )


@pytest.fixture(scope="session")
def migrated(settings: Settings) -> str:
    """The URL of a database at the newest revision."""
    assert settings.database_url is not None
    return settings.database_url


@pytest.fixture(scope="session")
async def database(migrated: str, clock: Clock) -> AsyncIterator[Database]:
    """One database engine for the whole session."""
    url = make_url(migrated)
    async with shared_dialect.kept_connections(str(url.query["host"]), str(url.database)):
        database = Database(migrated, clock=clock)
        yield database
        await database.dispose()


@pytest.fixture(autouse=True)
def reset_clock_and_checks(clock: Clock) -> None:
    """Reset what the previous test did to the clock and the health checks."""
    clock.reset()
    pass_all_probes()


@pytest.fixture
async def db(database: Database, reset_clock_and_checks: None) -> Database:
    """The database, emptied."""
    await delete_all_rows(database)
    return database


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    """A connection to a real, empty Valkey."""
    client = Redis.from_url(str(settings.redis_url), driver_info=DRIVER_INFO)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def app_settings(settings: Settings) -> Settings:
    """The settings of the app; modules override this fixture to change them."""
    return settings


@pytest.fixture
async def app(
    db: Database, redis: Redis, app_settings: Settings, clock: Clock
) -> AsyncIterator[Starlette]:
    """The running app, with an empty database and an empty Valkey."""
    app = create_app(app_settings, clock, PROBES, fast_passwords())
    async with running(app.state.runtime):
        yield app


@pytest.fixture
def health(app: Starlette, clock: Clock) -> Health:
    """Control of the health checks, all of which pass until the test says otherwise."""
    return Health(clock)


@pytest.fixture
def visitor(app: Starlette) -> GraphQLClient:
    """A client that is not logged in."""
    return GraphQLClient(app)


@pytest.fixture
async def admin(app: Starlette, visitor: GraphQLClient, db: Database) -> GraphQLClient:
    """A client with every scope."""
    return visitor.as_(await user_sessions.create_session(db, Role.ADMIN))


@pytest.fixture
async def operator(app: Starlette, visitor: GraphQLClient, db: Database) -> GraphQLClient:
    """A client of an operator."""
    return visitor.as_(await user_sessions.create_session(db, Role.OPERATOR))


@pytest.fixture
async def viewer(app: Starlette, visitor: GraphQLClient, db: Database) -> GraphQLClient:
    """A client of a viewer."""
    return visitor.as_(await user_sessions.create_session(db, Role.VIEWER))


@pytest.fixture
async def supplier(app: Starlette, visitor: GraphQLClient, db: Database) -> GraphQLClient:
    """A client of a supplier."""
    return visitor.as_(await user_sessions.create_session(db, Role.SUPPLIER))


@pytest.fixture
async def couple(app: Starlette, visitor: GraphQLClient, db: Database) -> GraphQLClient:
    """A client of a couple."""
    return visitor.as_(await user_sessions.create_session(db, Role.COUPLE))


@pytest.fixture
async def pair(supplier: GraphQLClient, couple: GraphQLClient) -> Pair:
    """The supplier and the couple, connected."""
    return await connect_pair(supplier, couple)


@pytest.fixture
async def webhook_admin(
    app: Starlette, settings: Settings, clock: Clock, admin: GraphQLClient
) -> AsyncIterator[GraphQLClient]:
    """An admin client of a second app whose settings allow webhooks to any address."""
    open_to = {"webhook_plain_http": True, "webhook_private_addresses": True}
    open_app = create_app(settings.model_copy(update=open_to), clock, PROBES)
    async with running(open_app.state.runtime):
        yield GraphQLClient(open_app, admin.token)
