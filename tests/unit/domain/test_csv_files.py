"""CSV files of every spreadsheet, and what is wrong with those that cannot be read (M10)."""

import pytest

from domain.errors import Invalid
from domain.marketplace import csv_files
from domain.marketplace.csv_files import (
    CsvDelimiter,
    CsvEncoding,
    CsvFile,
    read_csv,
    safe_cell,
    write_csv,
)

TEXT = "Paar;E-Mail\r\nZoë & Jürgen;zoe@example.com\r\n"
ROWS = [(1, ("Paar", "E-Mail")), (2, ("Zoë & Jürgen", "zoe@example.com"))]


def rows(file: CsvFile) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.cells) for row in file.rows]


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", CsvEncoding.UTF_8),
        ("utf-8-sig", CsvEncoding.UTF_8),
        ("utf-16", CsvEncoding.UTF_16),
        ("utf-16-le", CsvEncoding.UTF_16),
        ("utf-16-be", CsvEncoding.UTF_16),
        ("cp1252", CsvEncoding.WINDOWS_1252),
    ],
)
def test_the_encoding_is_detected(codec: str, encoding: CsvEncoding) -> None:
    file = read_csv(TEXT.encode(codec))
    assert (file.encoding, file.delimiter, rows(file)) == (encoding, CsvDelimiter.SEMICOLON, ROWS)


@pytest.mark.parametrize("delimiter", list(CsvDelimiter))
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_detected(delimiter: CsvDelimiter, ending: str) -> None:
    lines = [("name", "notes"), ("A; B, C", 'x "y"'), ("D", "a, b; c, d")]
    text = write_csv(lines, delimiter).replace("\r\n", ending)
    file = read_csv(text.encode())
    assert file.delimiter is delimiter
    assert [row.cells for row in file.rows] == lines


def test_a_first_line_of_the_spreadsheet_names_the_delimiter() -> None:
    file = read_csv(b"sep=;\r\nname, first;mail\r\nA, B;a@b.de\r\n")
    assert (file.delimiter, rows(file)[0]) == (CsvDelimiter.SEMICOLON, (1, ("name, first", "mail")))


def test_cells_hold_line_breaks_and_rows_keep_their_numbers() -> None:
    file = read_csv(b'name,notes\n"Emma\n& James","one\r\ntwo"\n\n,,\nZoe,\n')
    assert rows(file)[1:] == [(2, ("Emma\n& James", "one\r\ntwo")), (5, ("Zoe",))]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n ,\r\n", "empty"),
        (b"PK\x03\x04rest", "workbook"),
        (b"name\nA\x00B\n" + b"x" * 400, "not a text file"),
        (b"name\n\x81\x8d\n", "neither UTF-8, UTF-16 nor Windows-1252"),
        (b'name,notes\nA,b\nC,"open\nD,e\n', "Row 3 cannot be read: a quotation mark is opened"),
        (b'name,notes\nA,"b"c\n', "Row 2 cannot be read: text follows a closing quotation mark"),
        (b"name\n" + b"a" * 140_000, "Row 2 cannot be read: a cell is too long"),
        (b"a," * 50 + b"b\n", "Row 1 has 51 columns; at most 50 are allowed"),
        (b"name\n" + b"A\n" * 2_001, "more than 2,000 rows"),
        (b"x" * 600_001, "more than 600,000 bytes"),
    ],
)
def test_an_unreadable_file_says_why_and_where(data: bytes, message: str) -> None:
    with pytest.raises(Invalid, match=message) as caught:
        read_csv(data)
    assert caught.value.path == ("parts",)


def test_as_many_rows_as_are_allowed_are_read() -> None:
    assert len(read_csv(b"name\n" + b"A\n" * csv_files.MAX_ROWS).rows) == 2_001


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_that_is_written_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert write_csv([[text]], CsvDelimiter.COMMA).lstrip('"').startswith("'")
    assert csv_files.without_guard(safe_cell(text)) == text


@pytest.mark.parametrize("text", ["", "Emma", "'s-Hertogenbosch", "1-2", "a@b.de"])
def test_other_cells_are_written_as_they_are(text: str) -> None:
    assert (safe_cell(text), csv_files.without_guard(text)) == (text, text)
