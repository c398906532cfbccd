"""E-mails in the outbox."""

import re

from sqlalchemy import select

from db.models.mail import Mail
from db.session import Database
from domain.mail.email import MailKind


async def emails_of_kind(db: Database, kind: MailKind) -> list[Mail]:
    """Return the e-mails of a kind, oldest first."""
    query = select(Mail).where(Mail.kind == kind).order_by(Mail.created_at)
    async with db.read() as session:
        return list(await session.scalars(query))


async def token_in_email(db: Database, kind: MailKind) -> str:
    """Return the token in the link of the newest e-mail of a kind."""
    match = re.search(r"\?token=(\S+)", (await emails_of_kind(db, kind))[-1].body)
    assert match is not None
    return match[1]
