"""Implements `launch mail` on the database."""

import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from commands.shared.db_access import ACTOR, with_database
from commands.shared.environment import own_settings
from commands.shared.errors import CommandError
from commands.shared.output import remark, show, show_json, table
from db.models.mail import Mail, MailAttempt
from db.queries import mail as queries
from db.session import Database, UnitOfWork
from domain.errors import NotFound
from domain.ids import parse_uuid
from domain.mail.outbox import OPEN, MailStatus
from domain.platform.keyset import Keyset
from services.mail import outbox
from services.mail.email_addresses import parse_mailbox
from services.mail.mail_messages import MalformedMessage, compose
from services.mail.mail_senders import Sender, sender_of
from services.mail.outbox import MailFilter
from settings import Settings

_COLUMNS = ("id", "to", "subject", "status", "tries", "written", "last error")


def mail_filter(status: Sequence[str] | None, to: str | None) -> MailFilter:
    """The filter of a list."""
    return MailFilter(_has_server(), [MailStatus(item) for item in status] if status else None, to)


def show_list(filters: MailFilter, limit: int, *, as_json: bool) -> None:
    """Print e-mails as a table or JSON, without their texts."""
    rows = _read(filters, limit)
    if as_json:
        show_json([_data(row, has_server=filters.has_server) for row in rows])
        return
    show(table(_COLUMNS, (_cells(row, has_server=filters.has_server) for row in rows)))
    if not filters.has_server:
        remark("No mail server is configured (SMTP_URL): e-mails stay in the outbox.", "yellow")


def _has_server() -> bool:
    """Whether the workers have a mail server: SMTP_URL may not be set here (M15).

    If it is not, the newest health check of the workers decides.
    """
    if outbox.has_server(own_settings()):
        return True

    async def work(db: Database) -> bool:
        async with db.read() as session:
            return await outbox.workers_have_server(session)

    return with_database(own_settings("database_url"), work)


def show_one(mail_id: str, *, as_json: bool) -> None:
    """Print an e-mail with its attempts and, while it is unsent, its text."""
    key, has_server = _key(mail_id), _has_server()

    async def work(db: Database) -> tuple[Mail, list[MailAttempt]]:
        async with db.read() as session:
            row = (await queries.by_id(session, [key])).get(key)
            if row is None:
                raise NotFound(f"There is no letter {mail_id}.")
            return row, (await queries.attempts_of(session, [key]))[key]

    row, attempts = with_database(own_settings("database_url"), work)
    data = _data(row, has_server=has_server)
    if as_json:
        show_json({**data, "body": row.body or None, "deliveries": [_try(a) for a in attempts]})
        return
    show(table(("what", "value"), data.items()))
    show(table(("when", "took", "error"), (tuple(_try(a).values()) for a in attempts)))
    show(row.body or "Its words are forgotten: it is out, or was taken back.")


def retry(ids: Iterable[str], states: Sequence[str]) -> None:
    """Retry all of them or none; raises CommandError."""
    settings, has_server = own_settings("database_url"), _has_server()
    keys = [_key(text) for text in ids]
    keys += [row.id for row in _read(mail_filter(states, None), 100_000)] if states else []

    async def one(uow: UnitOfWork, key: UUID) -> None:
        await outbox.retry(uow, ACTOR, key, has_server=has_server)

    _each(settings, keys, one)
    remark(f"{len(keys)} e-mails will be retried.")


def cancel(ids: Iterable[str]) -> None:
    """Cancel all of them or none; raises CommandError."""
    keys = [_key(text) for text in ids]

    async def one(uow: UnitOfWork, key: UUID) -> None:
        await outbox.cancel(uow, ACTOR, key)

    _each(own_settings("database_url"), keys, one)
    remark(f"{len(keys)} e-mails are cancelled.")


def export(folder: Path, filters: MailFilter, limit: int) -> None:
    """Write unsent e-mails; a file is named by moment and id."""
    rows, unsent = _read(filters, limit), OPEN | {MailStatus.FAILED}
    senders = _senders(rows)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = 0
    for row in rows:
        if outbox.standing(row, has_server=filters.has_server).status in unsent:
            written += _write(folder, senders[row.id], row)
    remark(f"{written} e-mails are in {folder}.")
    if left := len(rows) - written:
        remark(f"{left} were left out: sent and cancelled e-mails have no text.")


def _write(folder: Path, sender: Sender, row: Mail) -> int:
    try:
        content = compose(sender.mailbox, row, sender.reply_to)
    except MalformedMessage:
        remark(
            f"{row.id} cannot be written: its address or subject is not a valid header.", "yellow"
        )
        return 0
    path = folder / f"{row.created_at:%Y%m%dT%H%M%S}-{row.id}.eml"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return 1


def _senders(rows: Iterable[Mail]) -> dict[UUID, Sender]:
    default = parse_mailbox(own_settings().mail_from)

    async def work(db: Database) -> dict[UUID, Sender]:
        async with db.read() as session:
            return {row.id: await sender_of(session, row, default) for row in rows}

    return with_database(own_settings("database_url"), work)


def _read(filters: MailFilter, limit: int) -> list[Mail]:
    async def work(db: Database) -> list[Mail]:
        async with db.read() as session:
            return await outbox.page(session, filters, Keyset(limit))

    return with_database(own_settings("database_url"), work)


def _each(
    settings: Settings, keys: Sequence[UUID], one: Callable[[UnitOfWork, UUID], Awaitable[None]]
) -> None:
    async def work(db: Database) -> None:
        async with db.write() as uow:
            for key in keys:
                await one(uow, key)

    with_database(settings, work)


def _key(text: str) -> UUID:
    key = parse_uuid(text)
    if key is None:
        raise CommandError(f"{text!r} is not the id of an e-mail: see `launch mail list`.")
    return key


def _cells(row: Mail, *, has_server: bool) -> tuple[object, ...]:
    data = _data(row, has_server=has_server)
    written = f"{row.created_at:%Y-%m-%d %H:%M}"
    keys = ("id", "recipient", "subject", "status", "attempts")
    return (*(data[key] for key in keys), written, row.last_error)


def _data(row: Mail, *, has_server: bool) -> dict[str, object]:
    moments = {"createdAt": row.created_at, "sentAt": row.sent_at, "failedAt": row.failed_at}
    return {
        "id": str(row.id),
        "kind": row.kind.value,
        "recipient": row.recipient,
        "subject": row.subject,
        "status": outbox.standing(row, has_server=has_server).status.value,
        "attempts": row.attempts,
        "lastError": row.last_error,
        **{name: _iso(moment) for name, moment in moments.items()},
    }


def _try(row: MailAttempt) -> dict[str, object]:
    return {"at": _iso(row.at), "tookMs": row.took_ms, "error": row.error}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
