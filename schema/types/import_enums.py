"""The enums of imports from files, and of bulk invitations."""

from domain.marketplace.bulk_invitations import BulkInvitationStatus, BulkItemStatus
from domain.marketplace.csv_files import CsvDelimiter, CsvEncoding
from domain.marketplace.import_columns import ImportField
from domain.marketplace.import_dates import DateOrder
from domain.marketplace.import_rows import ImportRowStatus
from schema.enums import describe

__all__ = [
    "BulkInvitationStatus",
    "BulkItemStatus",
    "CsvDelimiter",
    "CsvEncoding",
    "DateOrder",
    "ImportField",
    "ImportRowStatus",
]

describe(
    CsvEncoding,
    "How the characters of a file are encoded.",
    UTF_8="UTF-8, with or without a byte order mark.",
    UTF_16="UTF-16, in either byte order.",
    WINDOWS_1252="Windows-1252, as older spreadsheets write it.",
)
describe(
    CsvDelimiter,
    "What stands between two cells of a row.",
    COMMA="A comma.",
    SEMICOLON="A semicolon.",
    TAB="A tab.",
)
describe(
    ImportField,
    "What a column of an imported file holds.",
    COUPLE_NAMES="The names of the couple in one cell.",
    PARTNER1_NAME="The name of one partner; both are joined by an ampersand.",
    PARTNER2_NAME="The name of the other partner.",
    EMAIL="Where an invitation would go.",
    WEDDING_DATE="The day of the wedding.",
    NOTES="Notes for the supplier alone.",
)
describe(
    DateOrder,
    "What comes first in a date such as 03/04/2027.",
    DAY_FIRST="The day: 3 April 2027.",
    MONTH_FIRST="The month: 4 March 2027.",
)
describe(
    ImportRowStatus,
    "What becomes of a row of an imported file.",
    NEW="An import adds a client for it.",
    IMPORTED="This import has added a client for it.",
    ALREADY_THERE="Its client is there: the same e-mail, or the same names and wedding date.",
    ERROR="It has problems. It can be corrected and imported later.",
)
describe(
    BulkInvitationStatus,
    "Where a bulk invitation stands.",
    RUNNING="Its invitations leave as the limits allow.",
    STOPPED="Somebody stopped it: those that waited are not sent.",
    FINISHED="Every invitation was sent, or cannot be.",
)
describe(
    BulkItemStatus,
    "What became of one invitation of a bulk invitation.",
    WAITING="It leaves as soon as the limits allow.",
    SENT="It was sent.",
    NOT_SENT="It cannot be sent; `reason` says why.",
    STOPPED="It waited when the bulk invitation was stopped.",
)
