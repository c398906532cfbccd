"""Notifies the recipients in a rollback plan, as part of the rollback itself (S56; L22)."""

from collections.abc import Sequence

from db.queries import alerts as queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.phases.rollback_notices import RollbackNotice, email_of, message_of
from services.mail import mail
from services.mail.email_addresses import is_address


async def post(
    uow: UnitOfWork, actor: Actor, notice: RollbackNotice, recipients: Sequence[str]
) -> None:
    """Put a message for each recipient into its outbox, in the transaction of the rollback.

    E-mails are sent by the job of their event. The sweep of alerts picks up the messages to
    channels within seconds; one to a channel that is no longer configured is logged as not sent.
    """
    for recipient in dict.fromkeys(recipients):
        if is_address(recipient):
            await mail.post(uow, actor, email_of(notice, recipient))
        else:
            await queries.save_delivery(uow.session, message_of(notice, recipient))
