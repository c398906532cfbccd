"""Inboxes over the API, and the job that sends their e-mails."""

from typing import Any

from sqlalchemy import select

from db.models.mail import Mail
from db.models.notifications import Notification
from db.session import Database
from domain.mail.email import MailKind
from jobs.notifications import mail_notifications
from settings import Settings
from tests.factories.mail import emails_of_kind
from tests.support.graphql import GraphQLClient

NOTIFICATION = "id kind side title text path count createdAt readAt"
INBOX = f"""query ($first: Int, $after: String, $unreadOnly: Boolean! = false) {{
  notifications(first: $first, after: $after, unreadOnly: $unreadOnly) {{
    unreadCount nodes {{ {NOTIFICATION} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
_PAYLOAD = f"notification {{ {NOTIFICATION} }} unreadCount errors {{ code message path }}"
MARK = f"mutation ($id: ID!) {{ markNotificationRead(id: $id) {{ {_PAYLOAD} }} }}"
MARK_ALL = f"mutation {{ markAllNotificationsRead {{ {_PAYLOAD} }} }}"
PREFERENCES = "{ notificationPreferences { kind inApp email } }"
SET_PREFERENCE = """mutation ($input: NotificationPreferenceInput!) {
  setNotificationPreference(input: $input) {
    preferences { kind inApp email } errors { code message path } } }"""


async def inbox(client: GraphQLClient, **page: object) -> Any:  # noqa: ANN401 - JSON
    """Return the first page of an inbox."""
    return (await client.data(INBOX, **page))["notifications"]


async def kinds(client: GraphQLClient) -> list[str]:
    """Return the kinds of notifications in an inbox, newest first."""
    return [node["kind"] for node in (await inbox(client))["nodes"]]


async def prefer(client: GraphQLClient, kind: str, **ways: bool) -> Any:  # noqa: ANN401 - JSON
    """Set how a kind is delivered and return the payload."""
    sent = {"kind": kind, **ways}
    return (await client.data(SET_PREFERENCE, input=sent))["setNotificationPreference"]


async def mail_all(db: Database, settings: Settings) -> None:
    """Run the job that sends e-mails two minutes after each event."""
    async with db.read() as session:
        events = await session.scalars(select(Notification.event_id).distinct())
    for event_id in events:
        await mail_notifications(db, settings, {"event_id": event_id})


async def mailed(db: Database, settings: Settings, kind: MailKind) -> list[Mail]:
    """Run the e-mail job and return the e-mails of a kind."""
    await mail_all(db, settings)
    return list(await emails_of_kind(db, kind))
