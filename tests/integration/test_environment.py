"""What the environment does to PostgreSQL is an outage with a cause, and ends without a restart.

D11, F3: in /readyz, in the log, in the health tile and for the caller; then a rollback works.
"""

import logging
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from app import create_app, running
from db.circuit_breaker import NO_WRITES
from db.session import Database
from domain.errors import DependencyDown
from settings import Settings
from tests.factories.health import PROBES
from tests.factories.phases import roll_back
from tests.factories.propagation import TOGGLE, runtime_of
from tests.factories.sites import FaultTestApp, start_fault_test_app
from tests.support.clock import Clock
from tests.support.faulty_postgres import FaultyPostgres
from tests.support.graphql import GraphQLClient

READ_ONLY = "the database is read-only: a standby, or a former primary"


@pytest.fixture
def server(cluster: Path, tmp_path: Path) -> Iterator[FaultyPostgres]:
    postgres = FaultyPostgres.of(cluster, tmp_path / "primary")
    yield postgres
    postgres.stop()


@pytest.fixture
async def site(
    server: FaultyPostgres, settings: Settings, redis: Redis, clock: Clock
) -> AsyncIterator[FaultTestApp]:
    async with start_fault_test_app(server.url, settings, clock) as site:
        yield site


async def test_a_read_only_database_is_reported(
    site: FaultTestApp, server: FaultyPostgres, caplog: pytest.LogCaptureFixture
) -> None:
    """Reads still answer; /readyz says 503 all the same, since nobody can change anything."""
    caplog.set_level(logging.WARNING, "db.circuit_breaker")
    server.configure("default_transaction_read_only", "on")
    await site.is_down_for(READ_ONLY)
    assert caplog.messages.count(f"database: {READ_ONLY}") == 1
    server.configure("default_transaction_read_only", None)
    await site.works_again()


async def test_a_database_refusing_connections_is_reported(
    site: FaultTestApp, server: FaultyPostgres
) -> None:
    server.sql("ALTER DATABASE launch ALLOW_CONNECTIONS false")
    server.cut()
    await site.is_down_for("the database accepts no connections")
    server.sql("ALTER DATABASE launch ALLOW_CONNECTIONS true")
    await site.works_again()


async def test_a_missing_database_is_reported(site: FaultTestApp, server: FaultyPostgres) -> None:
    server.sql("ALTER DATABASE launch ALLOW_CONNECTIONS false")
    server.cut()
    server.sql("ALTER DATABASE launch RENAME TO elsewhere")
    await site.is_down_for("the database does not exist")
    server.sql("ALTER DATABASE elsewhere RENAME TO launch")
    server.sql("ALTER DATABASE launch ALLOW_CONNECTIONS true")
    await site.works_again()


async def test_exhausted_connections_are_reported(
    site: FaultTestApp, server: FaultyPostgres
) -> None:
    server.sql("ALTER ROLE launch CONNECTION LIMIT 0")
    server.cut()
    await site.is_down_for("the database has no connection left")
    server.sql("ALTER ROLE launch CONNECTION LIMIT -1")
    await site.works_again()


async def test_a_wrong_password_is_reported_until_corrected(
    server: FaultyPostgres, settings: Settings, redis: Redis, clock: Clock
) -> None:
    """The process starts, says why it is not ready, and is once the password is right."""
    server.require_password("right")
    url = server.url_with(password="wrong")
    app = create_app(settings.model_copy(update={"database_url": url}), clock, PROBES)
    async with running(app.state.runtime):
        ready = await GraphQLClient(app).raw("GET", "/readyz")
        assert ready.status_code == 503
        assert ready.json()["causes"]["database"] == "the database refuses our password"
        assert "wrong" not in ready.text
        answer = await GraphQLClient(app).execute('{ node(id: "x") { id } }')
        assert "INTERNAL" not in answer.codes
        server.require_password("wrong")
        await runtime_of(app).flags.refresh()
        assert (await GraphQLClient(app).raw("GET", "/readyz")).status_code == 200


async def test_a_rotated_password_needs_no_restart(
    server: FaultyPostgres, settings: Settings, redis: Redis, clock: Clock, tmp_path: Path
) -> None:
    """It is read from its file at every new connection: nothing has to be restarted."""
    file = tmp_path / "pgpass"

    def write(password: str) -> None:
        file.write_text(f"*:*:*:*:{password}\n")
        file.chmod(0o600)

    server.require_password("first")
    write("first")
    async with start_fault_test_app(server.url_with(passfile=str(file)), settings, clock) as site:
        server.require_password("second")
        assert await site.readiness() == (200, None)  # open connections stay
        server.cut()
        await site.is_down_for("the database refuses our password")
        write("second")
        await site.works_again()


async def test_a_downgraded_schema_is_reported(site: FaultTestApp, server: FaultyPostgres) -> None:
    """A table that is missing is a bug only where the schema is the one of this release."""
    server.sql("ALTER TABLE launch_phases RENAME TO taken", "launch")
    assert await site.rollback_codes() == ["INTERNAL"]
    server.sql("UPDATE alembic_version SET version_num = '0001'", "launch")
    assert await site.rollback_codes() == ["DEPENDENCY_DOWN"]
    status, cause = await site.readiness()
    assert status == 503
    assert str(cause).startswith("the schema is at 0001, this release needs")


async def test_a_newer_schema_is_served_with_a_warning(
    site: FaultTestApp, server: FaultyPostgres
) -> None:
    """While a release is rolled out the old processes run on; they say what they see."""
    server.sql("UPDATE alembic_version SET version_num = '9999'", "launch")
    answer = await site.admin.raw("GET", "/readyz")
    assert answer.status_code == 200
    assert "the schema is at 9999, this release knows" in answer.json()["warnings"][0]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    where = tmp_path / "small"
    where.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(where)], check=True)
    yield where
    subprocess.run(["umount", "-l", str(where)], check=True)


@pytest.mark.needs("unshare --mount true")
async def test_a_full_disk_is_reported(
    site: FaultTestApp, server: FaultyPostgres, small_disk: Path
) -> None:
    """PostgreSQL itself reports it: the tables that a rollback writes to are on a full disk."""
    folder = small_disk / "space"
    folder.mkdir()
    shutil.chown(folder, small_disk.parent.joinpath("primary", "postgres").owner())
    server.sql(f"CREATE TABLESPACE small LOCATION '{folder}'")
    server.sql("ALTER TABLE launch_events SET TABLESPACE small", "launch")
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space left"):
        ballast.write_bytes(bytes(5_000_000))
    codes: list[str] = []
    for turn in range(60):  # the last page of the table has some room
        codes = await site.codes(TOGGLE, key="mvp_supplier_dashboard", on=turn % 2 > 0)
        if codes:
            break
    assert codes == [NO_WRITES]
    assert await site.rollback_codes() == ["DEPENDENCY_DOWN"]
    assert await site.readiness() == (503, "the disk of the database is full")
    ballast.unlink()
    answer = await roll_back(site.admin, site.phase)
    assert (answer["errors"], answer["phase"]["status"]) == ([], "ROLLED_BACK")
    assert await site.readiness() == (200, None)


async def test_errors_contain_the_cause(server: FaultyPostgres, clock: Clock) -> None:
    server.require_password("right")
    db = Database(server.url_with(password="wrong"), clock=clock)
    with pytest.raises(DependencyDown) as failure:
        async with db.read() as session:
            await session.execute(text("SELECT 1"))
    assert failure.value.cause == "the database refuses our password"
    assert failure.value.message == "The database does not answer. Nothing was changed."
    await db.dispose()
