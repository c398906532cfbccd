"""Fields with which suppliers import clients from CSV files (M10)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.types.client_import_inputs import ClientImportInput
from schema.types.client_imports import ClientImportPayload, ImportPreview
from services.marketplace import client_imports

FileParts = Annotated[
    list[str],
    strawberry.argument(
        description="The bytes of the file as base64, cut into parts of at most 100000 characters: "
        "at most 600000 bytes, 2000 rows and 50 columns."
    ),
]
ImportOptions = Annotated[ClientImportInput, strawberry.argument(description="How to read it.")]
IdempotencyKey = Annotated[
    str | None,
    strawberry.argument(
        description="For 24 hours, repeating the request with the same key returns the first "
        "import."
    ),
]


async def preview_client_import(
    info: Info, parts: FileParts, input: ImportOptions
) -> ClientImportPayload:
    """Preview the import of a CSV file; changes nothing.

    It is a mutation, so that no cache stores personal data.
    """
    file = await client_imports.read(input.command(parts))
    async with info.context.db.read() as session:
        preview = await client_imports.preview(session, info.context.actor, file)
    return ClientImportPayload(preview=ImportPreview.of(preview))


async def import_clients(
    info: Info, parts: FileParts, input: ImportOptions, idempotency_key: IdempotencyKey = None
) -> ClientImportPayload:
    """Import a CSV file: add a client for each row without problems that does not exist yet."""
    file = await client_imports.read(input.command(parts))
    async with info.context.db.write() as uow:
        imported = await client_imports.run(uow, info.context.actor, file, idempotency_key)
    return ClientImportPayload.of(imported)
