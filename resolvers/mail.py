"""Fields about the e-mail outbox (S14)."""

from functools import partial
from typing import Annotated

import strawberry

from domain.actors import check_sees_private_data
from domain.mail.outbox import MailStatus
from schema.context import Info
from schema.pagination import After, Before, First, Last, Page, connection, moment_cursor
from schema.scalars import EmailAddress
from schema.types.mail import Mail, MailConnection, MailPayload
from schema.types.node import decode_id
from services.mail import outbox
from services.mail.outbox import MailFilter

Statuses = Annotated[
    list[MailStatus] | None, strawberry.argument(description="Only these; all by default.")
]
Recipient = Annotated[
    EmailAddress | None, strawberry.argument(description="Only e-mails to this address.")
]
Id = Annotated[strawberry.ID, strawberry.argument(description="The e-mail address.")]

MessageId = Annotated[
    str, strawberry.argument(description="The header Message-ID of the bounced e-mail.")
]
BounceReason = Annotated[
    str | None,
    strawberry.argument(description="The reason from the other server, cut to 500 characters."),
]


async def mails(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    status: Statuses = None,
    recipient: Recipient = None,
) -> MailConnection:
    """E-mails in the outbox, newest first."""
    if recipient is not None:
        check_sees_private_data(info.context.actor, "recipient")
    page = Page.of(first, after, last, before)
    has_server = outbox.has_server(info.context.runtime.settings)
    mail_filter = MailFilter(has_server, status, recipient)
    async with info.context.db.read() as session:
        rows = await outbox.page(session, mail_filter, page.moments())
    return connection(
        partial(MailConnection, filters=mail_filter), rows, page, cursor=moment_cursor, wrap=Mail.of
    )


async def retry_mail(info: Info, id: Id) -> MailPayload:
    """Retry an e-mail, also one that was given up."""
    key, has_server = decode_id(id, "Mail"), outbox.has_server(info.context.runtime.settings)
    async with info.context.db.write() as uow:
        row = await outbox.retry(uow, info.context.actor, key, has_server=has_server)
    return MailPayload(mail=Mail.of(row))


async def report_bounce(
    info: Info, message_id: MessageId, reason: BounceReason = None
) -> MailPayload:
    """Report that a sent e-mail bounced; for the bounce hook of a mail provider.

    Its invitation shows it to the supplier. Repeating changes nothing.
    """
    has_server = outbox.has_server(info.context.runtime.settings)
    async with info.context.db.write() as uow:
        row = await outbox.bounce(
            uow, info.context.actor, message_id, reason, has_server=has_server
        )
    return MailPayload(mail=Mail.of(row))


async def cancel_mail(info: Info, id: Id) -> MailPayload:
    """Cancel an unsent e-mail; its text is deleted. Repeating changes nothing."""
    key = decode_id(id, "Mail")
    async with info.context.db.write() as uow:
        row = await outbox.cancel(uow, info.context.actor, key)
    return MailPayload(mail=Mail.of(row))
