"""`launch incidents` against a real server: every command is a process of its own (S116)."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest
from graphql import build_schema, parse, validate

from commands.incidents import incident_documents as documents
from db.session import Database
from domain.actors import system_actor
from domain.incidents.incidents import Severity
from server.graph import schema
from services.incidents.incidents import IncidentDraft, open_incident
from settings import Settings
from tests.support.command import Launch, wait_until_ready
from tests.support.demo_launch import EMAIL, demo_launch, log_in

FLAG = "mvp_test_feature"


@pytest.fixture(scope="module")
async def prepared(database: Database, settings: Settings) -> AsyncIterator[Launch]:
    """A48: commands work where only known documents run."""
    async with demo_launch(database, settings, TRUSTED_DOCUMENTS_ONLY="true") as launch:
        yield launch


@pytest.fixture(scope="module")
def launch(prepared: Launch) -> Iterator[Launch]:
    """Somebody who is logged in, and who has just switched a flag on."""
    with prepared.running("serve"):
        wait_until_ready(prepared.env["LAUNCH_URL"])
        log_in(prepared)
        prepared("flags", "toggle", FLAG, "on")
        yield prepared


async def trouble(database: Database, title: str) -> str:
    """The number of a new incident."""
    draft = IncidentDraft("test", Severity.HIGH, title, affected_features=[FLAG])
    async with database.write() as uow:
        row = (await open_incident(uow, system_actor("test"), draft)).row
    return str(row.number)


async def test_an_incident_is_opened_acknowledged_and_resolved(
    launch: Launch, database: Database
) -> None:
    number = await trouble(database, "Cards are refused")
    assert "Cards are refused" in launch("incidents", "list", "--severity", "high")
    assert launch("incidents", "ack", number, "--note", "on it").startswith(
        f"#{number} HIGH INVESTIGATING"
    )
    shown = launch("incidents", "show", number)
    assert all(part in shown for part in (EMAIL, f"{FLAG} switched on", "on it"))
    undone = launch("incidents", "revert", number, "--reason", "suspect", "--yes")
    assert undone.endswith(f"{FLAG} off 0 %\n")
    ended = launch("incidents", "resolve", number, "--notes", "off again")
    assert re.match(rf"#{number} HIGH RESOLVED", ended)
    assert launch.json("incidents", "list") == []
    assert "CONFIRMED" in launch("incidents", "show", number)
    assert "Confirmed cause: " in launch("incidents", "show", number, "--markdown")
    assert "CLOSED" in launch("incidents", "close", number)
    assert "OPEN" in launch("incidents", "reopen", number)


async def test_refused_actions_state_the_reason(launch: Launch, database: Database) -> None:
    number = await trouble(database, "Slow")
    closing, reverting, unknown, unasked = launch.run_concurrently(
        ("incidents", "close", number),
        ("incidents", "revert", number, "--reason", "why", "--suspect", "20", "--yes"),
        ("incidents", "show", "2147483647"),
        ("incidents", "resolve", number),
    )
    assert (closing.code, "possible: acknowledge, resolve" in closing.err) == (1, True)
    assert (reverting.code, "can be reverted" in reverting.err) == (1, True)
    assert (unknown.code, "There is no incident 2147483647" in unknown.err) == (1, True)
    assert unasked.code == 2


def test_the_documents_match_the_schema() -> None:
    graph = build_schema(schema.as_str())
    assert [validate(graph, parse(text)) for text in documents.ALL] == [[]] * len(documents.ALL)
