"""The embedded servers: first and later starts, crashes, deep folders, who may come in."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from devserver.embedded import DataFolderBusy, EmbeddedPostgres, EmbeddedServer, EmbeddedValkey
from tests.support.clock import PATIENCE
from tests.support.promises import is_within

HOLDER = """
import sys, time
from pathlib import Path
from devserver.embedded import EmbeddedPostgres, EmbeddedValkey
pids = []
for kind in (EmbeddedPostgres, EmbeddedValkey):
    server = kind(Path(sys.argv[1]))
    server.start()
    pids.append(str(server.pid))
print(" ".join(pids), flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give a short path: pytest's are deep, and closed to others by its next session."""
    with tempfile.TemporaryDirectory(prefix="embedded-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder, fast=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def valkey(folder: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(folder)
    server.start()
    yield server
    server.stop()


async def ask(server: EmbeddedServer, sql: str) -> object:
    engine = create_async_engine(server.url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            result = await connection.execute(text(sql))
            return result.scalar() if result.returns_rows else None
    finally:
        await engine.dispose()


async def ping(server: EmbeddedServer) -> bool:
    async with Redis.from_url(server.url) as client:
        return bool(await client.ping())


async def test_postgres_has_the_database_and_an_unprivileged_role(
    postgres: EmbeddedPostgres,
) -> None:
    sql = "SELECT current_database() || ' ' || current_user || ' ' || rolsuper FROM pg_roles"
    assert await ask(postgres, f"{sql} WHERE rolname = current_user") == "launch launch false"


async def test_postgres_can_create_and_drop_databases(postgres: EmbeddedPostgres) -> None:
    await ask(postgres, "CREATE DATABASE copy TEMPLATE launch")
    await ask(postgres, "DROP DATABASE copy WITH (FORCE)")


async def test_postgres_starts_again_fast_and_keeps_its_rows(postgres: EmbeddedPostgres) -> None:
    await ask(postgres, "CREATE TABLE kept AS SELECT 7 AS number")
    url, pid = postgres.url, postgres.pid
    postgres.stop()
    begin = time.monotonic()
    assert postgres.start() == url
    assert is_within(3, time.monotonic() - begin)
    assert postgres.pid != pid
    assert await ask(postgres, "SELECT number FROM kept") == 7


async def test_postgres_comes_back_after_a_kill(postgres: EmbeddedPostgres) -> None:
    await ask(postgres, "CREATE TABLE survived AS SELECT 8 AS number")
    postgres.kill()
    assert postgres.pid is None
    assert not postgres.alive
    postgres.start()
    assert await ask(postgres, "SELECT number FROM survived") == 8


async def test_a_stale_pid_file_of_another_process_does_not_block(
    postgres: EmbeddedPostgres,
) -> None:
    pid_file = postgres.socket_path.with_name("postmaster.pid")
    lines = pid_file.read_text().splitlines()
    postgres.kill()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    postgres.start()
    assert await ask(postgres, "SELECT 1") == 1


def test_only_the_owner_can_reach_the_sockets(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey
) -> None:
    for server in (postgres, valkey):
        assert stat.S_IMODE(server.socket_path.parent.stat().st_mode) == 0o700
        family = psutil.Process(server.pid)
        assert not family.net_connections(kind="inet")


def test_postgres_does_not_run_as_root(postgres: EmbeddedPostgres) -> None:
    assert psutil.Process(postgres.pid).uids().effective != 0


def test_a_folder_has_one_owner(postgres: EmbeddedPostgres, folder: Path) -> None:
    with pytest.raises(DataFolderBusy, match="set DATA_DIR"):
        EmbeddedPostgres(folder).start()
    assert postgres.alive


async def test_valkey_stops_starts_and_comes_back_after_a_kill(valkey: EmbeddedValkey) -> None:
    url = valkey.url
    assert valkey.restart() == url
    assert await ping(valkey)
    valkey.kill()
    assert valkey.start() == url
    assert await ping(valkey)


async def test_valkey_keeps_nothing_on_disk(valkey: EmbeddedValkey) -> None:
    async with Redis.from_url(valkey.url) as client:
        await client.set("key", "value")
    valkey.restart()
    assert [path.name for path in valkey.socket_path.parent.iterdir()] == ["valkey.sock"]


async def test_deep_and_unusual_folders_work(folder: Path) -> None:
    deep = folder / "with space, comma: and ünicode" / "/".join(["deep"] * 30)
    postgres, valkey = EmbeddedPostgres(deep, fast=True), EmbeddedValkey(deep)
    try:
        postgres.start()
        valkey.start()
        assert await ask(postgres, "SELECT 1") == 1
        assert await ping(valkey)
        assert stat.S_IMODE(postgres.socket_path.parent.stat().st_mode) == 0o700
    finally:
        postgres.stop()
        valkey.stop()


def pids_of_servers_whose_owner_was_killed(
    where: Path, number: signal.Signals = signal.SIGKILL
) -> list[int]:
    command = [sys.executable, "-c", HOLDER, str(where)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        pids = [int(word) for word in holder.stdout.readline().split()]
        holder.send_signal(number)
    return pids


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_server_outlives_its_owner(folder: Path, number: signal.Signals) -> None:
    """However the owner ended, and before anybody starts another one."""
    pids = pids_of_servers_whose_owner_was_killed(folder / f"left-{number.name}", number)
    assert len(pids) == 2
    deadline = time.monotonic() + PATIENCE
    while left := [pid for pid in pids if is_live(pid)]:
        assert time.monotonic() < deadline, f"{left} still run"
        time.sleep(0.05)


async def test_servers_of_a_killed_process_end_and_can_be_started_again(folder: Path) -> None:
    where = folder / "orphans"
    old = pids_of_servers_whose_owner_was_killed(where)
    servers = [EmbeddedPostgres(where), EmbeddedValkey(where)]
    new = [(server.start(), server.pid)[1] for server in servers]
    assert await ask(servers[0], "SELECT 1") == 1
    assert len(set(old) | set(new)) == 4
    assert not any(is_live(pid) for pid in old)
    for server in servers:
        server.stop()


def is_live(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
