"""The inbox of a supplier or a couple: written from events, read by its owner alone (M6)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from db.models.events import Change, LaunchEvent
from db.models.notifications import Notification, NotificationPreference
from db.session import Database
from domain.actors import Role
from domain.marketplace.notifications import KEPT_FOR
from services.overview import retention
from tests.factories import user_sessions
from tests.factories.accounts import DELETE, EXPORT
from tests.factories.conversations import Pair, connect_pair, mark_read, send_message
from tests.factories.marketplace import DECLINE, PROFILE, add_and_invite, new_couple, new_supplier
from tests.factories.notifications import (
    INBOX,
    MARK,
    MARK_ALL,
    NOTIFICATION,
    PREFERENCES,
    inbox,
    kinds,
    prefer,
)
from tests.support.graphql import GraphQLClient
from tests.support.row_ages import age_rows

NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Notification {{ {NOTIFICATION} }} }} }}"
HELP = """mutation { requestAssistance(message: "How?") {
  onboarding { id } errors { code } } }"""
ANSWER = "mutation ($id: ID!) { answerAssistance(id: $id) { errors { code } } }"
END = "mutation ($id: ID!) { endPartnership(id: $id) { errors { code } } }"


@pytest.fixture
async def pair(supplier: GraphQLClient, couple: GraphQLClient) -> Pair:
    await supplier.data(PROFILE, input={"businessName": "Sarah Photography"})
    return await connect_pair(supplier, couple)


async def rows(db: Database) -> int:
    async with db.read() as session:
        return await session.scalar(select(func.count()).select_from(Notification)) or 0


async def test_both_sides_are_notified_of_a_new_partnership(pair: Pair) -> None:
    of_supplier, of_couple = await inbox(pair.supplier), await inbox(pair.couple)
    (first,), (other,) = of_supplier["nodes"], of_couple["nodes"]
    assert (first["kind"], first["title"]) == (
        "INVITATION_ACCEPTED",
        "Emma & James accepted your invitation",
    )
    assert (first["side"], first["path"], first["readAt"]) == ("SUPPLIER", "/clients", None)
    assert (other["kind"], other["title"]) == (
        "CONNECTED",
        "You are connected with Sarah Photography",
    )
    assert (of_supplier["unreadCount"], of_couple["unreadCount"]) == (1, 1)


async def test_a_supplier_is_notified_of_a_declined_invitation(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    sent = await add_and_invite(supplier, "Mia & Ben")
    for _ in range(2):
        assert (await visitor.data(DECLINE, code=sent.code))["declineInvitation"]["errors"] == []
    (entry,) = (await inbox(supplier))["nodes"]
    assert (entry["kind"], entry["title"]) == (
        "INVITATION_DECLINED",
        "Mia & Ben declined your invitation",
    )


async def test_the_side_that_ends_a_partnership_is_not_notified(pair: Pair) -> None:
    await pair.couple.data(END, id=pair.partnership_id)
    assert await kinds(pair.supplier) == ["PARTNERSHIP_ENDED", "INVITATION_ACCEPTED"]
    assert await kinds(pair.couple) == ["CONNECTED"]


async def test_a_reply_to_a_help_request_notifies_the_user(
    supplier: GraphQLClient, admin: GraphQLClient
) -> None:
    key = (await supplier.data(HELP))["requestAssistance"]["onboarding"]["id"]
    for _ in range(2):
        assert (await admin.data(ANSWER, id=key))["answerAssistance"]["errors"] == []
    (entry,) = (await inbox(supplier))["nodes"]
    assert (entry["kind"], entry["path"]) == ("HELP_ANSWERED", "/onboarding")


async def test_messages_of_a_conversation_share_an_entry_until_it_is_read(pair: Pair) -> None:
    await send_message(pair.supplier, pair.id, "one")
    await send_message(pair.supplier, pair.id, "two")
    entry = (await inbox(pair.couple))["nodes"][0]
    assert (entry["title"], entry["count"]) == ("Sarah Photography sent you 2 messages", 2)
    assert entry["path"] == f"/conversations/{pair.id}"
    await mark_read(pair.couple, pair.id, 1)
    assert (await inbox(pair.couple))["nodes"][0]["readAt"] is None
    await mark_read(pair.couple, pair.id, 2)
    assert (await inbox(pair.couple))["nodes"][0]["readAt"] is not None
    await send_message(pair.supplier, pair.id, "three")
    assert [node["count"] for node in (await inbox(pair.couple))["nodes"]] == [1, 2, 1]
    assert "MESSAGE" not in await kinds(pair.supplier)


async def test_one_or_all_notifications_can_be_marked_as_read(pair: Pair, db: Database) -> None:
    await send_message(pair.supplier, pair.id, "one")
    newest, oldest = (await inbox(pair.couple))["nodes"]
    for _ in range(2):
        payload = (await pair.couple.data(MARK, id=newest["id"]))["markNotificationRead"]
        assert (payload["errors"], payload["unreadCount"]) == ([], 1)
        assert payload["notification"]["readAt"] is not None
    unread = (await inbox(pair.couple, unreadOnly=True))["nodes"]
    assert [node["id"] for node in unread] == [oldest["id"]]
    for _ in range(2):
        payload = (await pair.couple.data(MARK_ALL))["markAllNotificationsRead"]
        assert (payload["errors"], payload["unreadCount"]) == ([], 0)
    async with db.read() as session:
        query = select(func.count()).where(LaunchEvent.kind == "notifications.read")
        assert await session.scalar(query) == 2
    assert (await inbox(pair.supplier))["unreadCount"] == 1


async def test_pages_go_on_after_a_cursor(pair: Pair) -> None:
    for number in range(1, 4):
        await send_message(pair.supplier, pair.id, f"m{number}")
        await mark_read(pair.couple, pair.id, number)
    first = await inbox(pair.couple, first=3)
    rest = await inbox(pair.couple, first=3, after=first["pageInfo"]["endCursor"])
    assert [node["kind"] for node in first["nodes"]] == ["MESSAGE"] * 3
    assert [node["kind"] for node in rest["nodes"]] == ["CONNECTED"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.ADMIN])
async def test_the_staff_sees_no_inbox(
    pair: Pair, visitor: GraphQLClient, db: Database, role: Role
) -> None:
    entry = (await inbox(pair.couple))["nodes"][0]
    staff = visitor.as_(await user_sessions.create_session(db, role))
    assert (await inbox(staff))["nodes"] == []
    assert (await staff.data(PREFERENCES))["notificationPreferences"] == []
    assert (await staff.data(NODE, id=entry["id"]))["node"] is None
    payload = (await staff.data(MARK, id=entry["id"]))["markNotificationRead"]
    assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]
    payload = await prefer(staff, "MESSAGE", email=False)
    assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]


async def test_notifications_of_others_cannot_be_read_or_marked(
    pair: Pair, visitor: GraphQLClient, db: Database
) -> None:
    entry = (await inbox(pair.couple))["nodes"][0]
    others = [
        pair.supplier,
        await new_supplier(visitor, db),
        await new_couple(visitor, db),
    ]
    for other in others:
        assert entry["id"] not in [node["id"] for node in (await inbox(other))["nodes"]]
        assert (await other.data(NODE, id=entry["id"]))["node"] is None
        payload = (await other.data(MARK, id=entry["id"]))["markNotificationRead"]
        assert [(error["code"], error["path"]) for error in payload["errors"]] == [
            ("NOT_FOUND", ["id"])
        ]
        await other.data(MARK_ALL)
    assert (await inbox(pair.couple))["unreadCount"] == 1
    assert (await visitor.execute(INBOX)).codes == ["UNAUTHENTICATED"]


async def test_each_side_chooses_among_its_own_kinds(pair: Pair, db: Database) -> None:
    both = ["PARTNERSHIP_ENDED", "HELP_ANSWERED", "MESSAGE"]
    of_supplier = (await pair.supplier.data(PREFERENCES))["notificationPreferences"]
    of_couple = (await pair.couple.data(PREFERENCES))["notificationPreferences"]
    invitations = [f"INVITATION_{what}" for what in ("ACCEPTED", "DECLINED", "ENDING")] + [
        "LINK_REQUESTED"
    ]
    partners = ["PARTNER_JOINED", "PARTNER_LEFT"]
    assert [item["kind"] for item in of_supplier] == [*invitations, *both]
    assert [item["kind"] for item in of_couple] == ["CONNECTED", *both, *partners]
    payload = await prefer(pair.couple, "INVITATION_DECLINED", email=False)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("INVALID", ["input", "kind"])
    ]
    for _ in range(2):
        payload = await prefer(pair.couple, "MESSAGE", inApp=False)
        assert payload["errors"] == []
        chosen = {"kind": "MESSAGE", "inApp": False, "email": True}
        assert chosen in payload["preferences"]
    async with db.read() as session:
        query = select(Change.before, Change.after)
        query = query.where(Change.action == "notifications.preference")
        ((before, after),) = (await session.execute(query)).all()
    assert before == {"kind": "MESSAGE", "inApp": True, "email": True}
    assert after == {"kind": "MESSAGE", "inApp": False, "email": True}


async def test_notifications_disabled_in_the_app_stay_out_of_the_inbox(pair: Pair) -> None:
    await prefer(pair.couple, "MESSAGE", inApp=False)
    await send_message(pair.supplier, pair.id, "one")
    entries = await inbox(pair.couple)
    assert ([node["kind"] for node in entries["nodes"]], entries["unreadCount"]) == (
        ["CONNECTED"],
        1,
    )


async def test_the_export_has_them_and_an_account_takes_them_with_it(
    pair: Pair, db: Database
) -> None:
    await prefer(pair.couple, "MESSAGE", email=False)
    export = (await pair.couple.data(EXPORT))["exportMyData"]
    assert [row["kind"] for row in export["notifications"]] == ["connected"]
    assert [row["email"] for row in export["notification_preferences"]] == [False]
    assert (await pair.couple.data(DELETE))["deleteMyAccount"]["errors"] == []
    async with db.read() as session:
        left = (await session.scalars(select(Notification))).all()
        assert (await session.scalars(select(NotificationPreference))).all() == []
    assert {row.kind for row in left} == {"invitation_accepted", "partnership_ended"}
    titles = [node["title"] for node in (await inbox(pair.supplier))["nodes"]]
    assert titles == ["A couple ended your connection", "Emma & James accepted your invitation"]


async def test_they_are_deleted_after_a_year(pair: Pair, db: Database) -> None:
    await age_rows(db, Notification.created_at, KEPT_FOR - timedelta(days=1))
    await retention.sweep(db)
    assert await rows(db) == 2
    await age_rows(db, Notification.created_at, timedelta(days=2))
    await retention.sweep(db)
    assert await rows(db) == 0
