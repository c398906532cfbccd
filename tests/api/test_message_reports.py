"""A message is reported by one side, and hidden or kept by moderators (M7)."""

from sqlalchemy import select

from db.models.events import Change, LaunchEvent
from db.session import Database
from domain.actors import Role, Scope
from tests.factories import user_sessions
from tests.factories.conversations import (
    DISMISS,
    HIDE,
    LIST,
    REPORT,
    REPORTS,
    SHOW,
    THREAD,
    Pair,
    send_message,
)
from tests.factories.marketplace import PROFILE, new_couple, new_supplier
from tests.factories.tokens import new_token
from tests.support.graphql import GraphQLClient

INSULT = "An insult"
WHY = "This insults us"


def about(message: str, reason: str = WHY) -> dict[str, object]:
    return {"messageId": message, "reason": reason}


async def reported(pair: Pair) -> str:
    """The id of a message that the couple has reported."""
    message = await send_message(pair.supplier, pair.id, INSULT)
    payload = (await pair.couple.data(REPORT, input=about(message["id"])))["reportMessage"]
    assert payload["errors"] == []
    return str(message["id"])


async def first_message(client: GraphQLClient, pair: Pair) -> dict[str, object]:
    node = (await client.data(THREAD, id=pair.id))["node"]
    nodes: dict[str, object] = node["messages"]["nodes"][0]
    return nodes


async def test_moderators_see_only_reported_messages(pair: Pair, admin: GraphQLClient) -> None:
    await send_message(pair.supplier, pair.id, "Nobody reports this")
    assert (await admin.data(REPORTS))["messageReports"] == {"totalCount": 0, "nodes": []}
    message = await reported(pair)
    (report,) = (await admin.data(REPORTS, open=True))["messageReports"]["nodes"]
    assert (report["messageId"], report["reportedText"], report["reason"]) == (
        message, INSULT, WHY,
    )  # fmt: skip
    assert (report["resolvedAt"], report["outcome"]) == (None, None)


async def test_hidden_messages_show_only_the_reason_to_both_sides(
    pair: Pair, admin: GraphQLClient
) -> None:
    message = await reported(pair)
    payload = (await admin.data(HIDE, input=about(message, "Not polite")))["hideMessage"]
    assert payload["errors"] == []
    for client in (pair.supplier, pair.couple):
        seen = await first_message(client, pair)
        assert (seen["text"], seen["isHidden"], seen["hiddenReason"]) == (None, True, "Not polite")
    assert (await pair.couple.data(LIST))["conversations"]["unreadConversations"] == 0
    (report,) = (await admin.data(REPORTS, open=False))["messageReports"]["nodes"]
    assert (report["outcome"], report["reportedText"]) == ("HIDDEN", INSULT)
    before = seen["revision"]
    repeated = (await admin.data(HIDE, input=about(message, "Again")))["hideMessage"]
    assert repeated["message"]["hiddenReason"] == "Not polite"
    assert (await admin.data(SHOW, input=about(message, "A mistake")))["showMessage"][
        "errors"
    ] == []
    seen = await first_message(pair.couple, pair)
    assert (seen["text"], seen["isHidden"], seen["hiddenReason"]) == (INSULT, False, None)
    assert seen["revision"] > before  # type: ignore[operator] # numbers


async def test_a_report_can_be_dismissed_once(pair: Pair, admin: GraphQLClient) -> None:
    await reported(pair)
    (report,) = (await admin.data(REPORTS))["messageReports"]["nodes"]
    sent = {"id": report["id"], "reason": "Harmless"}
    for _ in range(2):
        done = (await admin.data(DISMISS, input=sent))["dismissMessageReport"]
        assert (done["errors"], done["report"]["outcome"]) == ([], "DISMISSED")
    assert (await first_message(pair.couple, pair))["text"] == INSULT
    await admin.data(HIDE, input=about(report["messageId"]))
    assert (await admin.data(REPORTS, open=True))["messageReports"]["nodes"] == []


async def test_invalid_reports_are_refused(
    pair: Pair, visitor: GraphQLClient, db: Database, admin: GraphQLClient
) -> None:
    message = await send_message(pair.supplier, pair.id, INSULT)
    own = (await pair.supplier.data(REPORT, input=about(message["id"])))["reportMessage"]
    assert [e["code"] for e in own["errors"]] == ["INVALID_TRANSITION"]
    empty = (await pair.couple.data(REPORT, input=about(message["id"], " ")))["reportMessage"]
    assert [(e["code"], e["path"]) for e in empty["errors"]] == [("REQUIRED", ["input", "reason"])]
    for make in (new_supplier, new_couple):
        stranger = await make(visitor, db)
        payload = (await stranger.data(REPORT, input=about(message["id"])))["reportMessage"]
        assert [e["code"] for e in payload["errors"]] == ["NOT_FOUND"]
    staff = (await admin.data(REPORT, input=about(message["id"])))["reportMessage"]
    assert [e["code"] for e in staff["errors"]] == ["FORBIDDEN"]
    unseen = (await admin.data(HIDE, input=about(message["id"])))["hideMessage"]
    assert [e["code"] for e in unseen["errors"]] == ["NOT_FOUND"]


async def test_moderation_requires_its_scope(
    pair: Pair, visitor: GraphQLClient, db: Database
) -> None:
    message = await reported(pair)
    for role in (Role.VIEWER, Role.OPERATOR, Role.SUPPLIER, Role.COUPLE):
        client = visitor.as_(await user_sessions.create_session(db, role))
        assert (await client.execute(REPORTS)).codes == ["FORBIDDEN"]
        for document, sent in ((HIDE, about(message)), (SHOW, about(message))):
            assert (await client.execute(document, input=sent)).codes == ["FORBIDDEN"]
    assert (await first_message(pair.couple, pair))["text"] == INSULT


async def test_moderation_is_audited_without_message_text(
    pair: Pair, admin: GraphQLClient, db: Database
) -> None:
    message = await reported(pair)
    await admin.data(HIDE, input=about(message, "Not polite"))
    async with db.read() as session:
        events = (await session.scalars(select(LaunchEvent).order_by(LaunchEvent.id))).all()
        rows = (await session.scalars(select(Change).where(Change.subject_id == pair.key))).all()
    actions = [
        (event.kind, event.payload["action"])
        for event in events
        if event.kind.startswith("message.")
    ]
    assert actions == [
        ("message.changed", "sent"),
        ("message.reported", "made"),
        ("message.changed", "hidden"),
        ("message.reported", "hidden"),
    ]
    assert "Not polite" in [row.reason for row in rows]
    assert INSULT not in str([event.payload for event in events]) + str([row.after for row in rows])


async def test_reporting_twice_is_one_report(pair: Pair, admin: GraphQLClient) -> None:
    message = await reported(pair)
    repeated = (await pair.couple.data(REPORT, input=about(message, "Again")))["reportMessage"]
    assert repeated["errors"] == []
    (report,) = (await admin.data(REPORTS))["messageReports"]["nodes"]
    assert report["reason"] == WHY


async def test_moderators_see_between_whom_a_message_was_written(
    pair: Pair, visitor: GraphQLClient, db: Database
) -> None:
    """Names, and no more: the scope leads to no accounts."""
    await pair.supplier.data(PROFILE, input={"businessName": "Golden Hour"})
    await pair.couple.data(PROFILE, input={"partner1Name": "Emma", "partner2Name": "James"})
    await reported(pair)
    moderator = visitor.as_(await new_token(db, [Scope.MESSAGES_MODERATE]))
    (report,) = (await moderator.data(REPORTS))["messageReports"]["nodes"]
    assert (report["supplierName"], report["coupleNames"]) == ("Golden Hour", "Emma & James")
