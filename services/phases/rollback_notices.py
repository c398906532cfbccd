"""Tells the places that a rollback plan names, with the rollback itself (S56; L22)."""

from collections.abc import Sequence

from db.queries import alerts as queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.phases.rollback_notices import RollbackNotice, letter_of, message_of
from services.mail import mail
from services.mail.email_addresses import is_address


async def post(
    uow: UnitOfWork, actor: Actor, notice: RollbackNotice, places: Sequence[str]
) -> None:
    """Put a message for each place into its outbox, in the transaction of the rollback.

    Letters go by the job of their event. Messages to channels are taken over by the sweep of
    alerts, within seconds; a channel that is not configured any more stands in the log as not told.
    """
    for place in dict.fromkeys(places):
        if is_address(place):
            await mail.post(uow, actor, letter_of(notice, place))
        else:
            await queries.save_delivery(uow.session, message_of(notice, place))
