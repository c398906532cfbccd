"""Imports clients of a supplier from a file: a preview first, then all valid rows (M10)."""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.drafts import Audit
from db.models.client_imports import ClientImport
from db.queries import client_imports as queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import Invalid, NotFound, Required
from domain.events.imports import ClientsImported
from domain.ids import SupplierId, UserId, parse_uuid
from domain.marketplace.csv_files import MAX_BYTES, read_csv
from domain.marketplace.import_columns import check_names
from domain.marketplace.import_preview import (
    CheckedFile,
    ImportChoices,
    ImportPreview,
    check_file,
    match,
)
from domain.marketplace.import_rows import ImportedClient, ImportRowStatus, KnownClients
from domain.platform.text import clean_line
from services.journeys import onboarding
from services.mail.email_addresses import parse_address
from services.marketplace.clients import owner_of
from services.platform import idempotency
from services.platform.background import in_thread

MAX_FILE_NAME = 200
_KEY = ("idempotencyKey",)
_PARTS = ("parts",)


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file as it was sent, with the chosen options."""

    parts: Sequence[str]
    choices: ImportChoices
    name: str | None = None
    supplier_id: UUID | None = None

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """The content that identifies the request for its idempotency key."""
        digest = hashlib.sha256("".join(self.parts).encode()).hexdigest()
        return digest, self.choices, self.supplier_id


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file with its checked rows."""

    sent: ImportFile
    checked: CheckedFile


@dataclass(frozen=True, slots=True)
class Imported:
    """A finished import with its rows."""

    row: ClientImport
    preview: ImportPreview


async def read(sent: ImportFile) -> ReadFile:
    """Decode and check a file in a thread: its size decides how long that takes (SEC6).

    Raises Invalid where the whole file cannot be read.
    """
    return ReadFile(sent, await in_thread(partial(_checked, sent), name="client-import"))


async def preview(session: AsyncSession, actor: Actor, file: ReadFile) -> ImportPreview:
    """Preview an import without changing anything."""
    owner = await owner_of(session, actor, file.sent.supplier_id)
    return await _matched(session, owner, file)


async def run(
    uow: UnitOfWork, actor: Actor, file: ReadFile, idempotency_key: str | None = None
) -> Imported:
    """Add a client for each valid row that is not a client yet.

    Rows with problems stay out, to be corrected and imported later; again adds nothing twice.
    Raises Invalid where the columns of the names or the order of the dates are not known.
    """
    owner = await owner_of(uow.session, actor, file.sent.supplier_id)
    request = file.sent.fingerprint
    reservation = await idempotency.reserve(
        uow, actor, "importClients", idempotency_key, request, _KEY
    )
    if reservation.result is not None:
        return await _replay_result(uow, owner, file, reservation.result)
    check_names(file.checked.columns)
    if file.checked.asks_date_order:
        raise Required(
            "Say whether dates such as 03/04/2027 begin with the day or the month.",
            path=("input", "dateOrder"),
        )
    supplier = await queries.lock_supplier(uow.session, owner)
    assert supplier is not None
    import_preview = await _matched(uow.session, owner, file)
    row = _row(actor, owner, file, import_preview, uow)
    uow.session.add(row)
    await uow.session.flush()
    done = import_preview.imported(
        await queries.add_clients(uow.session, row, _new(import_preview), uow.now)
    )
    row.added = done.count(ImportRowStatus.IMPORTED)
    row.already_there = done.count(ImportRowStatus.ALREADY_THERE)
    _record(uow, actor, row, UserId(supplier.user_id))
    await onboarding.refresh(uow, actor, supplier.user_id)
    await idempotency.complete(uow, reservation, import_id=row.id)
    return Imported(row, done)


def _checked(sent: ImportFile) -> CheckedFile:
    if sum(map(len, sent.parts)) > 4 * (MAX_BYTES // 3 + 1):
        raise Invalid(f"The file has more than {MAX_BYTES:,} bytes. Split it.", path=_PARTS)
    try:
        data = base64.b64decode("".join(sent.parts), validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("The parts of the file, put together, are not base64.", path=_PARTS) from None
    return check_file(read_csv(data), sent.choices, parse_address)


async def _matched(session: AsyncSession, owner: UUID, file: ReadFile) -> ImportPreview:
    clients = await queries.known_clients(session, owner)
    work = partial(lambda: match(file.checked, KnownClients(clients)))
    return await in_thread(work, name="client-import")


def _new(import_preview: ImportPreview) -> dict[int, ImportedClient]:
    return {
        row.checked.number: row.checked.client
        for row in import_preview.rows
        if row.status is ImportRowStatus.NEW and row.checked.client is not None
    }


def _row(
    actor: Actor, owner: UUID, file: ReadFile, import_preview: ImportPreview, uow: UnitOfWork
) -> ClientImport:
    name = file.sent.name
    return ClientImport(
        supplier_id=owner,
        created_by=actor.user_id,
        created_at=uow.now,
        file_name=clean_line(name, MAX_FILE_NAME, ("input", "fileName")) if name else None,
        rows=len(import_preview.rows),
        added=0,
        already_there=0,
        with_errors=import_preview.count(ImportRowStatus.ERROR),
    )


def _record(uow: UnitOfWork, actor: Actor, row: ClientImport, user_id: UserId) -> None:
    event = ClientsImported(
        user_id=user_id,
        supplier_id=SupplierId(row.supplier_id),
        import_id=row.id,
        added=row.added,
        already_there=row.already_there,
        with_errors=row.with_errors,
    )
    counts = {"added": row.added, "alreadyThere": row.already_there, "withErrors": row.with_errors}
    uow.record(actor, event, Audit(user_id, after={"import": str(row.id), **counts}))


async def _replay_result(
    uow: UnitOfWork, owner: UUID, file: ReadFile, result: Mapping[str, object]
) -> Imported:
    key = parse_uuid(str(result.get("import_id", "")))
    rows = await queries.by_id(uow.session, [key]) if key else {}
    if key is None or key not in rows:
        raise NotFound("The import of that request no longer exists.", path=_KEY)
    return Imported(rows[key], await _matched(uow.session, owner, file))
