"""What every process and command says of a schema that is not the one of this release (F4)."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from db.schema_revision import needed
from devserver.embedded import EmbeddedValkey
from tests.support.clock import PATIENCE
from tests.support.command import Launch, wait_until_ready
from tests.support.faulty_postgres import FaultyPostgres
from tests.support.http import get
from tests.support.servers import free_port

COMMANDS = (("serve",), ("worker",), ("demo",), ("token", "list"), ("mail", "list"), ("jobs",))


@pytest.fixture(scope="module")
def server(cluster: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyPostgres]:
    postgres = FaultyPostgres.of(cluster, tmp_path_factory.mktemp("schema"))
    postgres.sql("CREATE DATABASE empty OWNER launch")
    yield postgres
    postgres.stop()


@pytest.fixture(scope="module")
def launch(server: FaultyPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    folder = tmp_path_factory.mktemp("cache")
    valkey = EmbeddedValkey(folder)
    env = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": server.url,
        "REDIS_URL": valkey.start(),
        "DATA_DIR": str(folder / "unused"),
        "PORT": str(free_port()),
    }
    yield Launch(folder, env)
    valkey.stop()


def at(server: FaultyPostgres, revision: str) -> None:
    server.sql(f"UPDATE alembic_version SET version_num = '{revision}'", "launch")


def test_an_older_schema_stops_every_command(launch: Launch, server: FaultyPostgres) -> None:
    at(server, "0070")
    says = f"error: the schema is at 0070, this release needs {needed()}: run `launch migrate`\n"
    try:
        for ended in launch.run_concurrently(*COMMANDS):
            assert (ended.code, ended.out, ended.err) == (1, "", says)
    finally:
        at(server, needed())


def test_an_empty_database_stops_every_command(launch: Launch, server: FaultyPostgres) -> None:
    empty = launch.with_env(DATABASE_URL=server.url.replace("/launch?", "/empty?"))
    says = f"error: the database has no schema, this release needs {needed()}: run `launch migrate`"
    for ended in empty.run_concurrently(*COMMANDS):
        assert (ended.code, ended.out, ended.err) == (1, "", f"{says}\n")


def test_a_newer_schema_is_reported_and_served(launch: Launch, server: FaultyPostgres) -> None:
    """Going back to the release before is: its processes over the newer schema."""
    at(server, "9999")
    says = f"the schema is at 9999, this release knows {needed()}"
    try:
        listed = launch.run_unchecked("token", "list")
        assert (listed.code, listed.err.startswith(says)) == (0, True)
        migrated = launch.run_unchecked("migrate")
        assert (migrated.code, "nothing was changed" in migrated.err) == (0, True)
        with launch.running("serve"):
            wait_until_ready(f"http://127.0.0.1:{launch.env['PORT']}")
    finally:
        at(server, needed())


def test_a_server_started_without_a_database_waits_for_the_schema(
    launch: Launch, server: FaultyPostgres
) -> None:
    """It starts, is not ready for as long as the schema is older, and is once it is migrated."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/readyz"
    server.sql("ALTER DATABASE launch ALLOW_CONNECTIONS false")
    at_other_door = "UPDATE alembic_version SET version_num = '{}'"
    with launch.with_env(PORT=str(port)).running("serve") as running:
        assert cause(url, "accepts no connections")
        server.sql("ALTER DATABASE launch ALLOW_CONNECTIONS true")
        server.sql(at_other_door.format("0070"), "launch")
        assert cause(url, "run `launch migrate`")
        server.sql(at_other_door.format(needed()), "launch")
        wait_until_ready(f"http://127.0.0.1:{port}")
        running.end(signal.SIGTERM)


def cause(url: str, says: str) -> bool:
    """Wait for a 503 that says so."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            answer = get(url)
        except httpx2.HTTPError:
            time.sleep(0.1)
            continue
        if answer.status_code == 503 and says in answer.json()["causes"].get("database", ""):
            return True
        time.sleep(0.1)
    return False
