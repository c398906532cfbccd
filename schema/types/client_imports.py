"""Imports of clients from files, with the outcome of each row (M10)."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from db.models import client_imports as rows
from domain.errors import LaunchError
from domain.marketplace import import_preview as rules
from domain.marketplace.clients import date_warnings
from domain.marketplace.import_preview import CheckedFile, MatchedRow
from domain.marketplace.import_rows import ImportProblem as Problem
from schema.context import Info
from schema.list_arguments import DistinctLists
from schema.pagination import check_first
from schema.scalars import EmailAddress
from schema.types.clients import Client
from schema.types.errors import Error
from schema.types.import_enums import (
    CsvDelimiter,
    CsvEncoding,
    ImportField,
    ImportRowStatus,
)
from schema.types.node import Node, node_id
from services.marketplace.client_imports import Imported

Statuses = Annotated[
    list[ImportRowStatus] | None, strawberry.argument(description="Only these; all by default.")
]
FirstRows = Annotated[
    int, strawberry.argument(description="How many rows to return: 0 to 100, 50 if left out.")
]
AfterRow = Annotated[
    int, strawberry.argument(description="Only rows below the one with this number.")
]


@strawberry.type(description="An import of clients. The file itself is not stored.")
class ClientImport(Node):
    """A finished import, with the number of rows by outcome."""

    created_at: datetime = strawberry.field(description="When it was completed.")
    file_name: str | None = strawberry.field(description="The name of the file.")
    total_rows: int = strawberry.field(description="The rows of the file without its header.")
    added: int = strawberry.field(description="How many clients were added.")
    already_there: int = strawberry.field(description="How many clients existed already.")
    with_errors: int = strawberry.field(description="How many rows had problems.")

    @classmethod
    def of(cls, row: rows.ClientImport) -> "ClientImport":
        """Build the object from a database row."""
        return cls(
            id=node_id("ClientImport", row.id),
            created_at=row.created_at,
            file_name=row.file_name,
            total_rows=row.rows,
            added=row.added,
            already_there=row.already_there,
            with_errors=row.with_errors,
        )


@strawberry.type(description="A column of a file.")
class ImportColumn:
    """A column with its samples and the field that it is imported as."""

    position: int = strawberry.field(description="Its position in the file, from 1.")
    header: str | None = strawberry.field(description="Its cell in the first row.")
    field: ImportField | None = strawberry.field(
        description="The field that it is imported as; null: not imported."
    )
    samples: list[str] = strawberry.field(description="Its first cells, at most three.")

    @classmethod
    def every(cls, checked: CheckedFile) -> "list[ImportColumn]":
        """The columns of a file."""
        return [
            cls(
                position=position + 1,
                header=rules.header_of(checked, position),
                field=field,
                samples=rules.samples_of(checked, position),
            )
            for position, field in enumerate(checked.columns)
        ]


@strawberry.type(description="What is wrong with a cell.")
class ImportProblem:
    """A problem of one cell."""

    field: ImportField = strawberry.field(description="What is wrong.")
    column: int | None = strawberry.field(
        description="The column of the cell, from 1; null where the file has no such column."
    )
    header: str | None = strawberry.field(description="The header of that column.")
    message: str = strawberry.field(description="Why, in plain words.")

    @classmethod
    def of(cls, problem: Problem, checked: CheckedFile) -> "ImportProblem":
        """Build the object from a problem."""
        column = problem.column
        return cls(
            field=problem.field,
            column=column,
            header=rules.header_of(checked, column - 1) if column else None,
            message=problem.message,
        )


@strawberry.type(description="A cell as it was typed or corrected.")
class ImportValue:
    """The text of one cell, for forms that correct it."""

    field: ImportField = strawberry.field(description="What the cell holds.")
    value: str = strawberry.field(description="Its text.")


@strawberry.type(description="A row of a file.")
class ImportRow:
    """A row with its values and outcome."""

    number: int = strawberry.field(description="Its number in the spreadsheet, from 1.")
    status: ImportRowStatus = strawberry.field(description="Its status.")
    couple_names: str | None = strawberry.field(
        description="The names as they are stored; null for a row with problems."
    )
    email: EmailAddress | None = strawberry.field(description="The e-mail as it is stored.")
    wedding_date: date | None = strawberry.field(description="The parsed date.")
    values: list[ImportValue] = strawberry.field(description="Its cells as they were typed.")
    problems: list[ImportProblem] = strawberry.field(description="What is wrong with it.")
    duplicate_of_row: int | None = strawberry.field(
        description="The row above that describes the same client."
    )
    matched: strawberry.Private[MatchedRow]

    @strawberry.field(description="The existing client with the same e-mail address or names.")
    async def existing(self, info: Info) -> Client | None:
        """Load it only if it is selected."""
        existing = self.matched.existing
        if existing is None or existing.client_id is None:
            return None
        row = await info.context.loaders.client.load(existing.client_id)
        return Client.of(row) if row else None

    @strawberry.field(description="Warnings, such as a wedding date in the past.")
    def warnings(self, info: Info) -> list[str]:
        """Return warnings, which do not prevent the import."""
        return date_warnings(self.wedding_date, info.context.now)

    @classmethod
    def of(cls, row: MatchedRow, checked: CheckedFile) -> "ImportRow":
        """Build the object from a database row."""
        client, existing = row.checked.client, row.existing
        email = client.email if client else None
        return cls(
            number=row.checked.number,
            status=row.status,
            couple_names=client.couple_names if client else None,
            email=EmailAddress(email) if email else None,
            wedding_date=client.wedding_date if client else None,
            values=[ImportValue(field=key, value=text) for key, text in row.checked.values.items()],
            problems=[ImportProblem.of(item, checked) for item in row.checked.problems],
            duplicate_of_row=existing.row if existing else None,
            matched=row,
        )


@strawberry.type(description="A file with the status of each row.")
class ImportPreview:
    """How the file was read, and what the supplier has to decide."""

    encoding: CsvEncoding = strawberry.field(description="How its characters are encoded.")
    delimiter: CsvDelimiter = strawberry.field(description="The delimiter of its cells.")
    has_header: bool = strawberry.field(description="Whether its first row names the columns.")
    columns: list[ImportColumn] = strawberry.field(description="Its columns, in their order.")
    needs_names: bool = strawberry.field(
        description="No column holds names: choose one, or nothing can be imported."
    )
    asks_date_order: bool = strawberry.field(
        description="Dates are ambiguous: choose the order once for the file."
    )
    total_rows: int = strawberry.field(description="Its rows without the header.")
    new_rows: int = strawberry.field(description="How many clients an import would add.")
    imported_rows: int = strawberry.field(description="How many clients this import has added.")
    already_there: int = strawberry.field(description="How many clients exist already.")
    with_errors: int = strawberry.field(description="How many rows have problems.")
    preview: strawberry.Private[rules.ImportPreview]

    @strawberry.field(description="Its rows, in their order.", extensions=[DistinctLists()])
    def rows(
        self, first: FirstRows = 50, after: AfterRow = 0, status: Statuses = None
    ) -> list[ImportRow]:
        """Return at most 100 items."""
        check_first(first)
        checked = self.preview.checked
        return [ImportRow.of(row, checked) for row in self.preview.page(status, after, first)]

    @strawberry.field(
        description="The rows with problems as the text of a CSV file to correct and import later; "
        "null where there are none. No cell of it is a formula."
    )
    def remaining_csv(self) -> str | None:
        """Compute it only if it is selected."""
        return rules.remaining_csv(self.preview)

    @classmethod
    def of(cls, preview: rules.ImportPreview) -> "ImportPreview":
        """Build the object from a preview."""
        checked, count = preview.checked, preview.count
        return cls(
            encoding=checked.file.encoding,
            delimiter=checked.file.delimiter,
            has_header=checked.header is not None,
            columns=ImportColumn.every(checked),
            needs_names=checked.needs_names,
            asks_date_order=checked.asks_date_order,
            total_rows=len(preview.rows),
            new_rows=count(ImportRowStatus.NEW),
            imported_rows=count(ImportRowStatus.IMPORTED),
            already_there=count(ImportRowStatus.ALREADY_THERE),
            with_errors=count(ImportRowStatus.ERROR),
            preview=preview,
        )


@strawberry.type(description="A preview of a file, or its import.")
class ClientImportPayload:
    """The payload of a preview and of an import."""

    client_import: ClientImport | None = strawberry.field(
        default=None, description="The import; null for a preview."
    )
    preview: ImportPreview | None = strawberry.field(
        default=None, description="The rows of the file; null if it cannot be read."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def of(cls, done: Imported) -> "ClientImportPayload":
        """Build the payload of an import."""
        return cls(client_import=ClientImport.of(done.row), preview=ImportPreview.of(done.preview))

    @classmethod
    def failed(cls, error: LaunchError) -> "ClientImportPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
