"""Reads each row of an imported file as a client, or reports its problems (M10)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from domain.errors import LaunchError
from domain.marketplace.clients import check_client
from domain.marketplace.csv_files import CsvRow, without_guard
from domain.marketplace.import_columns import Columns, ImportField
from domain.marketplace.import_dates import AmbiguousDate, DateOrder, parse_import_date

T = TypeVar("T")
ParseEmail = Callable[[str], str]
Values = Mapping[ImportField, str]


class ImportRowStatus(StrEnum):
    """The status of a row."""

    NEW = "new"
    IMPORTED = "imported"
    ALREADY_THERE = "already_there"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A problem of a cell; `column` is None if the file lacks the column."""

    field: ImportField
    column: int | None
    message: str


@dataclass(frozen=True, slots=True)
class ImportedClient:
    """A client as a row describes it."""

    couple_names: str
    email: str | None = None
    wedding_date: date | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row: a client, or problems."""

    number: int
    values: Values
    client: ImportedClient | None
    problems: tuple[ImportProblem, ...] = ()
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class KnownClient:
    """An existing client: `client_id` in the database, `row` in the same file."""

    couple_names: str
    email: str | None
    wedding_date: date | None
    client_id: UUID | None = None
    row: int | None = None


def values_of(row: CsvRow, columns: Columns, corrections: Values | None = None) -> Values:
    """The cells of a row by field, with corrections."""
    pairs = zip(columns, row.cells, strict=False)
    values = {field: without_guard(cell) for field, cell in pairs if field is not None and cell}
    return {**values, **(corrections or {})}


def check_row(
    number: int, values: Values, columns: Columns, order: DateOrder | None, parse_email: ParseEmail
) -> CheckedRow:
    """Check every cell, so that all problems of a row are reported at once."""
    check = _Check(columns)
    names = check.line("couple_names", names_of(values), _names_field(columns))
    email = check.run(ImportField.EMAIL, values, parse_email)
    day = check.run(ImportField.WEDDING_DATE, values, lambda text: parse_import_date(text, order))
    notes = check.line("notes", values.get(ImportField.NOTES, "").strip(), ImportField.NOTES)
    client = ImportedClient(names, email, day, notes or None)
    problems = tuple(check.problems)
    return CheckedRow(number, values, None if problems else client, problems, check.is_ambiguous)


def names_of(values: Values) -> str:
    """The couple's names, from one column or from one for each partner."""
    together = values.get(ImportField.COUPLE_NAMES, "").strip()
    partners = (ImportField.PARTNER1_NAME, ImportField.PARTNER2_NAME)
    each = [values.get(field, "").strip() for field in partners]
    return together or " & ".join(name for name in each if name)


class KnownClients:
    """Finds the existing client that a row describes, so that imports can be repeated."""

    def __init__(self, clients: Sequence[KnownClient] = ()) -> None:
        """Rows of the file are added while they are checked."""
        self._by_email: dict[str, KnownClient] = {}
        self._by_names: dict[tuple[str, date | None], list[KnownClient]] = {}
        for client in clients:
            self.add(client)

    def add(self, client: KnownClient) -> None:
        """Add a client; for equal addresses or names the first one is kept."""
        if client.email is not None:
            self._by_email.setdefault(client.email.casefold(), client)
        key = (_plain(client.couple_names), client.wedding_date)
        self._by_names.setdefault(key, []).append(client)

    def find(self, client: ImportedClient) -> KnownClient | None:
        """The client with the same e-mail, or the same names and wedding date.

        Without a wedding date, equal names with different e-mail addresses are two couples.
        """
        if client.email is not None and client.email.casefold() in self._by_email:
            return self._by_email[client.email.casefold()]
        for other in self._by_names.get((_plain(client.couple_names), client.wedding_date), []):
            if client.wedding_date or client.email is None or other.email is None:
                return other
        return None


class _Check:
    """Collects the problems of a row."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self.problems: list[ImportProblem] = []
        self.is_ambiguous = False

    def line(self, name: str, value: str, field: ImportField) -> str:
        try:
            return str(check_client({name: value})[name])
        except LaunchError as error:
            self._note(field, error)
            return ""

    def run(self, field: ImportField, values: Values, parse: Callable[[str], T]) -> T | None:
        text = values.get(field, "").strip()
        if not text:
            return None
        try:
            return parse(text)
        except LaunchError as error:
            self._note(field, error)
            return None

    def _note(self, field: ImportField, error: LaunchError) -> None:
        column = self._columns.index(field) + 1 if field in self._columns else None
        self.problems.append(ImportProblem(field, column, error.message))
        self.is_ambiguous |= isinstance(error, AmbiguousDate)


def _names_field(columns: Columns) -> ImportField:
    if ImportField.COUPLE_NAMES in columns or ImportField.PARTNER1_NAME not in columns:
        return ImportField.COUPLE_NAMES
    return ImportField.PARTNER1_NAME


def _plain(names: str) -> str:
    return " ".join(names.split()).casefold()
