"""What becomes of messages: export, deletion of an account, retention (M7, S13)."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from db.models.conversations import Conversation, ConversationRead, Message, MessageReport
from db.session import Database
from domain.marketplace.conversations import KEPT_FOR
from services.overview import retention
from tests.factories.accounts import DELETE, EXPORT
from tests.factories.conversations import (
    HIDE,
    LIST,
    REPORT,
    Pair,
    mark_read,
    send_message,
)
from tests.factories.marketplace import new_supplier
from tests.support.graphql import GraphQLClient
from tests.support.row_ages import age_rows

TABLES = (Conversation, Message, ConversationRead, MessageReport)


@pytest.fixture
async def pair(pair: Pair) -> Pair:
    insult = await send_message(pair.supplier, pair.id, "An insult")
    await send_message(pair.couple, pair.id, "We leave")
    sent = {"messageId": insult["id"], "reason": "It insults us"}
    assert (await pair.couple.data(REPORT, input=sent))["reportMessage"]["errors"] == []
    await mark_read(pair.couple, pair.id, 1)
    return pair


async def counts(db: Database) -> list[int]:
    """How many rows each table has."""
    async with db.read() as session:
        return [
            await session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES
        ]


async def test_exports_contain_both_sides_without_hidden_messages(
    pair: Pair, admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    export = (await pair.couple.data(EXPORT))["exportMyData"]
    assert {row["position"]: row["text"] for row in export["messages"]} == {
        1: "An insult",
        2: "We leave",
    }
    assert [row["reason"] for row in export["message_reports"]] == ["It insults us"]
    assert [row["position"] for row in export["conversation_reads"]] == [1]
    first = next(row["id"] for row in export["messages"] if row["text"] == "An insult")
    from_other = (await (await new_supplier(visitor, db)).data(EXPORT))["exportMyData"]
    assert from_other["messages"] == []
    reports = (await admin.data("{ messageReports { nodes { messageId } } }"))["messageReports"]
    sent = {"messageId": reports["nodes"][0]["messageId"], "reason": "Not polite"}
    assert (await admin.data(HIDE, input=sent))["hideMessage"]["errors"] == []
    export = (await pair.couple.data(EXPORT))["exportMyData"]
    assert first not in json.dumps(export["messages"])
    own = (await pair.supplier.data(EXPORT))["exportMyData"]
    assert {row["text"] for row in own["messages"]} == {"An insult", "We leave"}
    assert own["message_reports"] == []


@pytest.mark.parametrize("side", ["supplier", "couple"])
async def test_deleting_an_account_deletes_its_conversations(
    pair: Pair, db: Database, side: str
) -> None:
    assert await counts(db) == [1, 2, 1, 1]
    leaver = pair.supplier if side == "supplier" else pair.couple
    stayer = pair.couple if side == "supplier" else pair.supplier
    assert (await leaver.data(DELETE))["deleteMyAccount"]["errors"] == []
    assert await counts(db) == [0, 0, 0, 0]
    assert (await stayer.data(LIST))["conversations"]["nodes"] == []


async def test_a_conversation_is_deleted_three_years_after_its_last_message(
    pair: Pair, db: Database
) -> None:
    await age_rows(db, Conversation.last_message_at, KEPT_FOR - timedelta(hours=1))
    await retention.sweep(db)
    assert await counts(db) == [1, 2, 1, 1]
    await age_rows(db, Conversation.last_message_at, timedelta(hours=2))
    await retention.sweep(db)
    assert await counts(db) == [0, 0, 0, 0]
