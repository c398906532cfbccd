"""What an import would do, row by row, and the rows that need corrections (M10)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from domain.marketplace.csv_files import CsvDelimiter, CsvFile, CsvRow, write_csv
from domain.marketplace.import_columns import (
    NAMES,
    Columns,
    ImportField,
    check_columns,
    guess_columns,
    has_header,
    width_of,
)
from domain.marketplace.import_dates import DateOrder
from domain.marketplace.import_rows import (
    CheckedRow,
    ImportRowStatus,
    KnownClient,
    KnownClients,
    ParseEmail,
    Values,
    check_row,
    values_of,
)

_PROBLEM = "Problem"
_SAMPLES = 3
_HEADERS = {
    ImportField.COUPLE_NAMES: "Couple names",
    ImportField.PARTNER1_NAME: "Partner 1",
    ImportField.PARTNER2_NAME: "Partner 2",
    ImportField.EMAIL: "E-mail",
    ImportField.WEDDING_DATE: "Wedding date",
    ImportField.NOTES: "Notes",
}


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """The choices of the supplier; None is detected. `corrections` are by row and field."""

    columns: tuple[ImportField | None, ...] | None = None
    has_header: bool | None = None
    order: DateOrder | None = None
    corrections: Mapping[int, Values] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file with checked rows, before they are compared with existing clients."""

    file: CsvFile
    header: tuple[str, ...] | None
    columns: Columns
    rows: tuple[CheckedRow, ...]

    @property
    def data_rows(self) -> tuple[CsvRow, ...]:
        """The rows without the header."""
        return self.file.rows[0 if self.header is None else 1 :]

    @property
    def needs_names(self) -> bool:
        """True if the supplier has to choose the column of the names."""
        return NAMES.isdisjoint(self.columns)

    @property
    def asks_date_order(self) -> bool:
        """True if the supplier has to choose the order of the dates."""
        return any(row.is_ambiguous for row in self.rows)


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A row and its status; `existing` is the client that it duplicates."""

    checked: CheckedRow
    status: ImportRowStatus
    existing: KnownClient | None = None


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """Every row of a file with its status."""

    checked: CheckedFile
    rows: tuple[MatchedRow, ...]

    def count(self, *statuses: ImportRowStatus) -> int:
        """The number of rows with one of these statuses."""
        counts = Counter(row.status for row in self.rows)
        return sum(counts[status] for status in statuses)

    def page(
        self, statuses: Sequence[ImportRowStatus] | None, after: int, limit: int
    ) -> list[MatchedRow]:
        """Rows in their order, after the row with this number."""
        matching = (
            row
            for row in self.rows
            if row.checked.number > after and (statuses is None or row.status in statuses)
        )
        return [row for row, _ in zip(matching, range(limit), strict=False)]

    def imported(self, numbers: Iterable[int]) -> "ImportPreview":
        """The preview after these rows were imported; other new rows are duplicates by now."""
        done = frozenset(numbers)
        return replace(self, rows=tuple(_mark_imported(row, done) for row in self.rows))


def check_file(file: CsvFile, choices: ImportChoices, parse_email: ParseEmail) -> CheckedFile:
    """Check every row, which keeps its problems; raises Invalid for impossible columns."""
    headed = has_header(file) if choices.has_header is None else choices.has_header
    header = file.rows[0].cells if headed else None
    width = width_of(file.rows)
    chosen = choices.columns
    columns = guess_columns(header or (), width) if chosen is None else check_columns(chosen, width)
    rows = tuple(
        check_row(
            row.number,
            values_of(row, columns, choices.corrections.get(row.number)),
            columns,
            choices.order,
            parse_email,
        )
        for row in file.rows[1 if headed else 0 :]
    )
    return CheckedFile(file, header, columns, rows)


def match(checked: CheckedFile, clients: KnownClients) -> ImportPreview:
    """Decide which rows are new, and which duplicate a client or an earlier row."""
    rows: list[MatchedRow] = []
    for row in checked.rows:
        if row.client is None:
            rows.append(MatchedRow(row, ImportRowStatus.ERROR))
            continue
        existing = clients.find(row.client)
        if existing is not None:
            rows.append(MatchedRow(row, ImportRowStatus.ALREADY_THERE, existing))
            continue
        client = row.client
        clients.add(
            KnownClient(client.couple_names, client.email, client.wedding_date, row=row.number)
        )
        rows.append(MatchedRow(row, ImportRowStatus.NEW))
    return ImportPreview(checked, tuple(rows))


def remaining_csv(preview: ImportPreview) -> str | None:
    """The rows with problems as a CSV file to correct; None if there are none."""
    problems = {
        row.checked.number: row.checked
        for row in preview.rows
        if row.status is ImportRowStatus.ERROR
    }
    if not problems:
        return None
    checked = preview.checked
    lines = [[*_header(checked), _PROBLEM]]
    for row in checked.data_rows:
        if row.number in problems:
            lines.append(
                [
                    *_cells(row, checked, problems[row.number].values),
                    _problem_text(problems[row.number], checked),
                ]
            )
    return write_csv(lines, CsvDelimiter(checked.file.delimiter))


def header_of(checked: CheckedFile, position: int) -> str | None:
    """The header of a column, counted from 0."""
    header = checked.header
    return header[position] if header is not None and position < len(header) else None


def samples_of(checked: CheckedFile, position: int) -> list[str]:
    """The first cells of a column that are not empty."""
    cells = (row.cells[position] for row in checked.data_rows if position < len(row.cells))
    return [cell[:100] for cell, _ in zip(filter(None, cells), range(_SAMPLES), strict=False)]


def _mark_imported(row: MatchedRow, done: frozenset[int]) -> MatchedRow:
    if row.status is not ImportRowStatus.NEW:
        return row
    status = ImportRowStatus.IMPORTED
    return replace(
        row, status=status if row.checked.number in done else ImportRowStatus.ALREADY_THERE
    )


def _header(checked: CheckedFile) -> list[str]:
    return [
        header_of(checked, position) or (_HEADERS[item] if item else f"Column {position + 1}")
        for position, item in enumerate(checked.columns)
    ]


def _cells(row: CsvRow, checked: CheckedFile, values: Values) -> list[str]:
    """The cells of the file, with corrections."""
    cells = [*row.cells, *[""] * (len(checked.columns) - len(row.cells))]
    pairs = zip(checked.columns, cells, strict=True)
    return [cell if item is None else values.get(item, cell) for item, cell in pairs]


def _problem_text(row: CheckedRow, checked: CheckedFile) -> str:
    names = _header(checked)
    return " ".join(
        f"{names[item.column - 1]}: {item.message}" if item.column else item.message
        for item in row.problems
    )
