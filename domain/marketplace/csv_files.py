"""Reads and writes CSV files; detects encoding and delimiter (M10).

UTF-8 with or without a byte order mark, UTF-16 and Windows-1252; comma, semicolon or tab.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from domain.errors import Invalid

MAX_BYTES = 600_000  # fits as base64 into the largest request body
MAX_ROWS = 2_000
MAX_COLUMNS = 50
_SAMPLE_ROWS = 20
_SAMPLE_BYTES = 400
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PATH = ("parts",)


class CsvEncoding(StrEnum):
    """The character encoding of a file."""

    UTF_8 = "utf_8"
    UTF_16 = "utf_16"
    WINDOWS_1252 = "windows_1252"


class CsvDelimiter(StrEnum):
    """The character between two cells."""

    COMMA = ","
    SEMICOLON = ";"
    TAB = "\t"


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row with its number in the spreadsheet, which starts at 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CsvFile:
    """The rows of a file without blank ones, and the detected format."""

    encoding: CsvEncoding
    delimiter: CsvDelimiter
    rows: tuple[CsvRow, ...]


def read_csv(data: bytes) -> CsvFile:
    """Parse a file; raises Invalid with the row number if it cannot be read."""
    if len(data) > MAX_BYTES:
        raise _invalid(f"The file has more than {MAX_BYTES:,} bytes. Split it into smaller files.")
    text, encoding = decode(data)
    text, named = _read_delimiter_line(text)
    delimiter = named or detect_delimiter(text)
    rows = tuple(_rows(text, delimiter))
    if not rows:
        raise _invalid("The file is empty.")
    return CsvFile(encoding, delimiter, rows)


def decode(data: bytes) -> tuple[str, CsvEncoding]:
    """Decode a file without its byte order mark; raises Invalid if it is no text."""
    if data.startswith(_WORKBOOKS):
        raise _invalid("This is a workbook, not a CSV file. Save it as CSV and choose that file.")
    name = _utf_16(data)
    if name is not None:
        return _text(data, name), CsvEncoding.UTF_16
    try:
        return _check_text(data.decode("utf-8-sig")), CsvEncoding.UTF_8
    except UnicodeDecodeError:
        return _text(data, "cp1252"), CsvEncoding.WINDOWS_1252


def detect_delimiter(text: str) -> CsvDelimiter:
    """The delimiter that gives most of the first rows the same number of cells, at least two."""
    return max(CsvDelimiter, key=lambda item: _score_delimiter(text, item))


def safe_cell(value: str) -> str:
    """A cell that no spreadsheet evaluates as a formula (OWASP, CSV injection)."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def without_guard(value: str) -> str:
    """Undo `safe_cell`."""
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA) else value


def write_csv(rows: Sequence[Sequence[str]], delimiter: CsvDelimiter) -> str:
    """Write rows as CSV in which no cell is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter.value)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _utf_16(data: bytes) -> str | None:
    """The codec of a text in UTF-16, by its mark or by the zero bytes of ASCII characters."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:_SAMPLE_BYTES]
    high, low = sample[0::2].count(0), sample[1::2].count(0)
    if max(high, low) * 4 < len(sample):
        return None
    return "utf-16-be" if high > low else "utf-16-le"


def _text(data: bytes, codec: str) -> str:
    try:
        return _check_text(data.decode(codec))
    except UnicodeDecodeError as error:
        raise _invalid(
            "The characters of this file cannot be read: it is neither UTF-8, UTF-16 nor "
            "Windows-1252. Save it as CSV UTF-8."
        ) from error


def _check_text(text: str) -> str:
    if "\x00" in text:
        raise _invalid("This is not a text file. Save it as CSV and choose that file.")
    return text


def _read_delimiter_line(text: str) -> tuple[str, CsvDelimiter | None]:
    """Read a first line `sep=;`, which spreadsheets write and hide."""
    first, _, rest = text.partition("\n")
    value = first.rstrip("\r")
    if value[:4].lower() != "sep=" or value[4:] not in list(CsvDelimiter):
        return text, None
    return rest, CsvDelimiter(value[4:])


def _score_delimiter(text: str, delimiter: CsvDelimiter) -> tuple[int, int]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter.value)
        widths = [len(cells) for cells in islice(filter(any, reader), _SAMPLE_ROWS)]
    except csv.Error:
        return 0, 0
    width = widths[0] if widths else 0
    return (widths.count(width), width) if width > 1 else (0, 0)


def _rows(text: str, delimiter: CsvDelimiter) -> Iterator[CsvRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter.value, strict=True)
    number = count = 0
    try:
        for number, cells in enumerate(reader, start=1):
            row = _trim(cells)
            if not row:
                continue
            count += 1
            _check_size(number, count, len(row))
            yield CsvRow(number, row)
    except csv.Error as error:
        raise _invalid(f"Row {number + 1} cannot be read: {_reason(error)}") from error


def _trim(cells: list[str]) -> tuple[str, ...]:
    """Cells without blanks around them, and without the empty ones at the end."""
    trimmed = [cell.strip() for cell in cells]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return tuple(trimmed)


def _check_size(number: int, count: int, width: int) -> None:
    if count > MAX_ROWS + 1:  # with the header
        raise _invalid(f"The file has more than {MAX_ROWS:,} rows. Split it into smaller files.")
    if width > MAX_COLUMNS:
        raise _invalid(f"Row {number} has {width} columns; at most {MAX_COLUMNS} are allowed.")


def _reason(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text:
        return "a quotation mark is opened and never closed."
    if "expected after" in text:
        return "text follows a closing quotation mark. Write a quotation mark twice inside quotes."
    return "a cell is too long."


def _invalid(message: str) -> Invalid:
    return Invalid(message, path=_PATH)
