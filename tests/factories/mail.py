"""What stands in the outbox."""

import re

from sqlalchemy import select

from db.models.mail import Mail
from db.session import Database
from domain.mail.email import MailKind


async def letters(db: Database, kind: MailKind) -> list[Mail]:
    """Letters about one thing, in the order in which they were written."""
    query = select(Mail).where(Mail.kind == kind).order_by(Mail.created_at)
    async with db.read() as session:
        return list(await session.scalars(query))


async def token_of(db: Database, kind: MailKind) -> str:
    """The token in the link of the newest letter about one thing."""
    found = re.search(r"\?token=(\S+)", (await letters(db, kind))[-1].body)
    assert found is not None
    return found[1]
