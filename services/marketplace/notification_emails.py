"""Sends e-mails about notifications that were not read in the app (M6)."""

from db.queries import notifications as queries
from db.queries.notifications import Unmailed
from db.session import UnitOfWork
from domain.actors import system_actor
from domain.mail import unsubscribing
from domain.marketplace import notification_emails as rules
from domain.marketplace.notification_emails import Links
from services.mail import mail
from settings import Settings

NOTIFIER = system_actor("notifications")


async def send(uow: UnitOfWork, settings: Settings, event_id: int) -> None:
    """Send an e-mail to each person who has not read the entry of an event; safe to run twice."""
    for unmailed in await queries.lock_unmailed(uow.session, event_id):
        if rules.is_mailed(unmailed.entry):
            unmailed.row.mailed_at = uow.now
            email = rules.notification_email(
                unmailed.recipient, unmailed.entry, _links(settings, unmailed)
            )
            await mail.post(uow, NOTIFIER, email)


def _links(settings: Settings, unmailed: Unmailed) -> Links:
    kind = unmailed.entry.kind
    code = unsubscribing.sign_kind(unmailed.row.user_id, kind, settings.signing_key)
    return Links(settings.base_url, f"{settings.base_url}/unsubscribe/notifications/{kind}/{code}")
