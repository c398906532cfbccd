"""The fields of the columns of an imported file: guessed, or corrected by people (M10)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum

from domain.errors import Invalid
from domain.marketplace.csv_files import CsvFile, CsvRow

_PATH = ("input", "columns")


class ImportField(StrEnum):
    """The content of a column."""

    COUPLE_NAMES = "couple_names"
    PARTNER1_NAME = "partner1_name"
    PARTNER2_NAME = "partner2_name"
    EMAIL = "email"
    WEDDING_DATE = "wedding_date"
    NOTES = "notes"


Columns = tuple[ImportField | None, ...]
NAMES = frozenset({ImportField.COUPLE_NAMES, ImportField.PARTNER1_NAME})

# Headers in English and German, without blanks, punctuation and accents.
_HEADERS: Mapping[ImportField, tuple[str, ...]] = {
    ImportField.COUPLE_NAMES: (
        "couple couples couplename couplenames namesofthecouple name names client clients",
        "clientname clientnames customer customername paar paare brautpaar brautpaare ehepaar",
        "namen paarname paarnamen namendespaares kunde kunden kundenname",
    ),
    ImportField.PARTNER1_NAME: (
        "partner1 partner1name partnerone firstpartner person1 name1 bride bridename bridesname",
        "braut namederbraut ersterpartner",
    ),
    ImportField.PARTNER2_NAME: (
        "partner2 partner2name partnertwo secondpartner person2 name2 groom groomname groomsname",
        "brautigam braeutigam namedesbrautigams zweiterpartner",
    ),
    ImportField.EMAIL: (
        "email emails emailaddress mail mailaddress emailadresse mailadresse epost contactemail",
        "clientemail",
    ),
    ImportField.WEDDING_DATE: (
        "weddingdate dateofwedding weddingday wedding date eventdate dateofevent hochzeit",
        "hochzeitsdatum hochzeitstag hochzeitstermin datum datumderhochzeit termin trauung",
        "trautermin",
    ),
    ImportField.NOTES: (
        "notes note comment comments remark remarks memo notiz notizen bemerkung bemerkungen",
        "kommentar kommentare anmerkung anmerkungen",
    ),
}
_BY_HEADER = {
    word: field for field, lines in _HEADERS.items() for line in lines for word in line.split()
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def field_of_header(header: str) -> ImportField | None:
    """The field that a header usually names."""
    plain = unicodedata.normalize("NFKD", header[:100]).casefold()
    return _BY_HEADER.get("".join(char for char in plain if char.isalnum()))


def has_header(file: CsvFile) -> bool:
    """True if the first row names the columns: it has a known name and no e-mail address."""
    first = file.rows[0].cells
    if any(_EMAIL.fullmatch(cell) for cell in first):
        return False
    return any(map(field_of_header, first)) or len(file.rows) > 1


def width_of(rows: Sequence[CsvRow]) -> int:
    """The number of columns of a file."""
    return max((len(row.cells) for row in rows), default=0)


def guess_columns(header: Sequence[str], width: int) -> Columns:
    """The field of each column; a second column for the same field is ignored."""
    fields: list[ImportField | None] = []
    for position in range(width):
        guess = field_of_header(header[position]) if position < len(header) else None
        fields.append(None if guess in fields else guess)
    return tuple(fields)


def check_columns(columns: Sequence[ImportField | None], width: int) -> Columns:
    """Check chosen columns; raises Invalid for too many, or a field that is used twice."""
    if len(columns) > width:
        raise Invalid(f"The file has {width} columns, not {len(columns)}.", path=_PATH)
    chosen = [field for field in columns if field is not None]
    twice = sorted({field.name for field in chosen if chosen.count(field) > 1})
    if twice:
        raise Invalid(f"Two columns are chosen for {', '.join(twice)}.", path=_PATH)
    return (*columns, *[None] * (width - len(columns)))


def check_names(columns: Columns) -> None:
    """Raise Invalid if no column holds names, which every client needs."""
    if NAMES.isdisjoint(columns):
        raise Invalid("Say which column holds the names of the couple.", path=_PATH)
