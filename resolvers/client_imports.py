"""Fields with which suppliers import clients from CSV files (M10)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.types.client_import_inputs import ClientImportInput
from schema.types.client_imports import ClientImportPayload, ImportPreview
from services.marketplace import client_imports

Parts = Annotated[
    list[str],
    strawberry.argument(
        description="The bytes of the file as base64, cut into parts of at most 100000 characters: "
        "at most 600000 bytes, 2000 rows and 50 columns."
    ),
]
Choices = Annotated[ClientImportInput, strawberry.argument(description="How it is to be read.")]
Key = Annotated[
    str | None,
    strawberry.argument(
        description="A repeat with the same key gives the first import again, for 24 hours."
    ),
]


async def preview_client_import(info: Info, parts: Parts, input: Choices) -> ClientImportPayload:
    """Look at a CSV file before it is imported; changes nothing.

    A mutation, so that no cache keeps a file of people.
    """
    file = await client_imports.read(input.command(parts))
    async with info.context.db.read() as session:
        found = await client_imports.preview(session, info.context.actor, file)
    return ClientImportPayload(preview=ImportPreview.of(found))


async def import_clients(
    info: Info, parts: Parts, input: Choices, idempotency_key: Key = None
) -> ClientImportPayload:
    """Add a client for each row of a CSV file that has no problem and is not there yet."""
    file = await client_imports.read(input.command(parts))
    async with info.context.db.write() as uow:
        done = await client_imports.run(uow, info.context.actor, file, idempotency_key)
    return ClientImportPayload.of(done)
