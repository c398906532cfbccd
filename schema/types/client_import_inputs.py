"""The input of an import of clients: options and corrections (M10)."""

import strawberry

from domain.marketplace.import_preview import ImportChoices
from schema.types.import_enums import DateOrder, ImportField
from schema.types.node import decode_optional_id
from services.marketplace.client_imports import ImportFile


@strawberry.input(description="A cell with another text than in the file.")
class ImportCorrectionInput:
    """Corrects a row without another file."""

    row: int = strawberry.field(description="The number of the row in the spreadsheet.")
    field: ImportField = strawberry.field(description="The field of the cell.")
    value: str = strawberry.field(description="The corrected text; empty clears it.")


@strawberry.input(description="How to read a file. What is omitted is detected.")
class ClientImportInput:
    """The options of an import."""

    file_name: str | None = strawberry.field(
        description="The name of the file: at most 200 characters.", default=None
    )
    columns: list[ImportField | None] | None = strawberry.field(
        description="The field of each column, in order; null: not imported.", default=None
    )
    has_header: bool | None = strawberry.field(
        description="Whether the first row names the columns.", default=None
    )
    date_order: DateOrder | None = strawberry.field(
        description="The order of dates such as 03/04/2027; required if `asksDateOrder` is true.",
        default=None,
    )
    corrections: list[ImportCorrectionInput] | None = strawberry.field(
        description="Corrected cells, at most 1000.", default=None
    )
    supplier_id: strawberry.ID | None = strawberry.field(
        description="The supplier; required for callers who act for suppliers, and only for them.",
        default=None,
    )

    def command(self, parts: list[str]) -> ImportFile:
        """Return the command for the service."""
        owner = self.supplier_id
        return ImportFile(
            parts,
            ImportChoices(
                columns=None if self.columns is None else tuple(self.columns),
                has_header=self.has_header,
                order=self.date_order,
                corrections=self._corrections(),
            ),
            self.file_name,
            decode_optional_id(owner, "Supplier", "input", "supplierId"),
        )

    def _corrections(self) -> dict[int, dict[ImportField, str]]:
        values: dict[int, dict[ImportField, str]] = {}
        for item in self.corrections or ():
            values.setdefault(item.row, {})[item.field] = item.value
        return values
