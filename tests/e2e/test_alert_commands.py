"""`launch alerts` against a real server and a real receiver (S116, S117)."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from commands.alerting import alerts, silences
from db.session import Database
from server.graph import schema
from settings import Settings
from tests.support.command import CommandResult, Launch, wait_until_ready
from tests.support.receivers import HttpReceiver
from tests.support.row_deletion import delete_all_rows
from tests.support.servers import free_port

EMAIL, PASSWORD = "operator@wedsync.app", "a long enough password"


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who is logged in, and whom alerts reach."""

    launch: Launch
    receiver: HttpReceiver

    async def says(self, *words: str) -> CommandResult:
        """Run a command while the receiver goes on."""
        return await asyncio.to_thread(self.launch.run_unchecked, *words)


@pytest.fixture(scope="module")
async def operator(database: Database, settings: Settings) -> AsyncIterator[Operator]:
    await delete_all_rows(database)
    receiver, port = HttpReceiver(), free_port()
    await receiver.start()
    with tempfile.TemporaryDirectory(prefix="launch-") as name:
        env = {
            "ENVIRONMENT": "test",
            "DATABASE_URL": str(settings.database_url),
            "REDIS_URL": str(settings.redis_url),
            "XDG_CONFIG_HOME": name,
            "PORT": str(port),
            "LAUNCH_URL": f"http://127.0.0.1:{port}",
            "ALERT_URLS": receiver.url,
            "TRUSTED_DOCUMENTS_ONLY": "true",
        }
        launch = Launch(Path(name), env)
        launch("migrate")
        launch("admin", "--email", EMAIL, "--role", "operator", "--password", PASSWORD)
        with launch.running("serve"):
            wait_until_ready(env["LAUNCH_URL"])
            launch("login", EMAIL, stdin=f"{PASSWORD}\n")
            yield Operator(launch, receiver)
    await receiver.stop()
    await delete_all_rows(database)


async def test_test_alerts_reach_the_channel(operator: Operator) -> None:
    done = await operator.says("alerts", "test")
    assert done.code == 0, done
    assert "json://127.0.0.1" in done.out
    assert operator.receiver.titles[-1].startswith("[TEST]")


async def test_a_failed_test_alert_gives_exit_code_1(operator: Operator) -> None:
    operator.receiver.statuses = [500]
    done = await operator.says("alerts", "test")
    assert (done.code, "NO" in done.out, "500" in done.out) == (1, True, True)


async def test_the_list_shows_channels_and_messages(operator: Operator) -> None:
    await operator.says("alerts", "test")
    done = await operator.says("alerts", "list", "--limit", "5")
    assert done.code == 0, done
    assert "json://127.0.0.1" in done.out
    assert "[TEST]" in done.out
    assert "s3cr3t" not in done.out


async def test_invalid_channel_urls_are_named_by_position(operator: Operator) -> None:
    """S117: and not by itself."""
    bad = operator.launch.with_env(ALERT_URLS=f"{operator.receiver.url} slack://s3cr3t")
    done = await asyncio.to_thread(bad.run_unchecked, "migrate")
    assert done.code == 1
    assert "ALERT_URLS" in done.err
    assert "position 2" in done.err
    assert "s3cr3t" not in done.err


async def test_silences_are_created_and_ended(operator: Operator) -> None:
    """Requirement A28."""
    made = await operator.says(
        "alerts", "silence", "30m", "--check", "email", "--reason", "new provider"
    )
    assert (made.code, "IN_FORCE" in made.out, "EMAIL" in made.out) == (0, True, True), made
    assert "new provider" in (await operator.says("alerts", "silences")).out
    ended = await operator.says("alerts", "unsilence")
    assert (ended.code, "OVER" in ended.out) == (0, True), ended
    repeated = await operator.says("alerts", "unsilence")
    assert (repeated.code, "There are 0 silences" in repeated.err) == (1, True)


async def test_invalid_durations_are_refused(operator: Operator) -> None:
    done = await operator.says("alerts", "silence", "soon", "--reason", "x")
    assert (done.code, "30m, 2h or 1d" in done.err) == (1, True)


def test_the_documents_match_the_schema() -> None:
    graph = build_schema(schema.as_str())
    documents = (alerts.TEST, alerts.LIST, silences.CREATE, silences.END, silences.LIST)
    assert [validate(graph, parse(text)) for text in documents] == [[]] * len(documents)
