"""Columns and rows of an imported file (M10)."""

from datetime import date

import pytest

from domain.errors import Invalid
from domain.marketplace.csv_files import CsvRow, read_csv
from domain.marketplace.import_columns import (
    Columns,
    ImportField,
    check_columns,
    check_names,
    field_of_header,
    guess_columns,
    has_header,
)
from domain.marketplace.import_dates import DateOrder
from domain.marketplace.import_rows import (
    CheckedRow,
    ImportedClient,
    KnownClient,
    KnownClients,
    check_row,
    values_of,
)
from services.mail.email_addresses import parse_address

NAMES, ONE, TWO = (
    ImportField.COUPLE_NAMES,
    ImportField.PARTNER1_NAME,
    ImportField.PARTNER2_NAME,
)
EMAIL, DATE, NOTES = ImportField.EMAIL, ImportField.WEDDING_DATE, ImportField.NOTES
ALL: Columns = (NAMES, EMAIL, DATE, NOTES)


def checked(*cells: str, columns: Columns = ALL, order: DateOrder | None = None) -> CheckedRow:
    values = values_of(CsvRow(2, cells), columns)
    return check_row(2, values, columns, order, parse_address)


def problems(row: CheckedRow) -> list[tuple[ImportField, int | None]]:
    return [(item.field, item.column) for item in row.problems]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Couple Names", NAMES), ("Brautpaar", NAMES), ("name", NAMES), ("Kunde", NAMES),
        ("Partner 1", ONE), ("Bride's name", ONE), ("Bräutigam", TWO), ("E-Mail", EMAIL),
        ("E-Mail-Adresse", EMAIL), ("WEDDING DATE", DATE), ("Hochzeitsdatum", DATE),
        ("Notizen", NOTES), ("Bemerkung", NOTES), ("Telefon", None), ("", None),
    ],
)  # fmt: skip
def test_headers_in_english_and_german(header: str, field: ImportField | None) -> None:
    assert field_of_header(header) is field


def test_a_field_is_guessed_for_one_column() -> None:
    assert guess_columns(["Name", "E-Mail", "Mail", "Phone"], 5) == (NAMES, EMAIL, None, None, None)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Noms;Courriel\nA;a@b.de\n", True),
        (b"Emma & James;emma@example.com\nZoe;z@b.de\n", False),
        (b"Name\n", True),
        (b"Emma & James\n", False),
    ],
)
def test_whether_the_first_row_names_the_columns(data: bytes, expected: bool) -> None:
    assert has_header(read_csv(data)) is expected


def test_columns_that_somebody_chose() -> None:
    assert check_columns([NAMES], 3) == (NAMES, None, None)
    with pytest.raises(Invalid, match="Two columns are chosen for EMAIL"):
        check_columns([EMAIL, None, EMAIL], 3)
    with pytest.raises(Invalid, match="has 1 columns, not 2"):
        check_columns([NAMES, EMAIL], 1)
    check_names((None, ONE))
    with pytest.raises(Invalid, match="which column holds the names"):
        check_names((EMAIL, TWO))


def test_a_row_becomes_a_client() -> None:
    row = checked("  Emma  &  James ", "Emma@Example.com", "3.4.2027", "one\ntwo")
    expected = ImportedClient("Emma & James", "Emma@Example.com", date(2027, 4, 3), "one\ntwo")
    assert (row.client, row.problems) == (expected, ())


def test_partners_in_two_columns_become_a_couple() -> None:
    both = checked("Emma", "James", columns=(ONE, TWO)).client
    alone = checked("Emma", columns=(ONE, TWO)).client
    assert both is not None
    assert alone is not None
    assert (both.couple_names, alone.couple_names) == ("Emma & James", "Emma")


def test_all_problems_of_a_row_name_their_columns() -> None:
    row = checked("http://evil.example", "nobody", "soon", "\x07")
    assert row.client is None
    assert problems(row) == [(NAMES, 1), (EMAIL, 2), (DATE, 3), (NOTES, 4)]


@pytest.mark.parametrize("names", ["", "\u202eevil", "a\u200bb", "x" * 201, "two\nlines"])
def test_hostile_names_are_refused_by_the_one_text_function(names: str) -> None:
    assert problems(checked(names, "a@b.de")) == [(NAMES, 1)]


def test_an_ambiguous_date_is_marked_until_the_order_is_known() -> None:
    assert checked("Emma", "", "03/04/2027").is_ambiguous
    row = checked("Emma", "", "03/04/2027", order=DateOrder.DAY_FIRST)
    assert (row.is_ambiguous, row.client and row.client.wedding_date) == (False, date(2027, 4, 3))


def test_corrections_replace_cells() -> None:
    values = values_of(CsvRow(2, ("Emma", "nobody")), ALL, {EMAIL: "emma@example.com"})
    assert check_row(2, values, ALL, None, parse_address).problems == ()


def test_a_guarded_cell_is_read_as_it_was() -> None:
    assert values_of(CsvRow(2, ("'=1+1",)), ALL) == {NAMES: "=1+1"}


DAY = date(2027, 4, 3)
EMMA = KnownClient("Emma & James", "emma@example.com", DAY)
UNDATED = KnownClient("Zoe & Max", "zoe@example.com", None)
SILENT = KnownClient("Ana & Ben", None, None)


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (ImportedClient("Others", "EMMA@example.com"), EMMA),
        (ImportedClient("emma &  james", None, DAY), EMMA),
        (ImportedClient("Emma & James", "james@example.com", DAY), EMMA),
        (ImportedClient("Emma & James", None, date(2028, 4, 3)), None),
        (ImportedClient("Emma & James"), None),
        (ImportedClient("Zoe & Max", "max@example.com"), None),
        (ImportedClient("Zoe & Max"), UNDATED),
        (ImportedClient("Ana & Ben", "ana@example.com"), SILENT),
        (ImportedClient("Somebody new", "new@example.com"), None),
    ],
)
def test_a_client_that_is_there_is_found(
    client: ImportedClient, expected: KnownClient | None
) -> None:
    assert KnownClients([EMMA, UNDATED, SILENT]).find(client) == expected
