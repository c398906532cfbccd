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
    "The delimiter of a CSV file.",
    COMMA="A comma.",
    SEMICOLON="A semicolon.",
    TAB="A tab.",
)
describe(
    ImportField,
    "The field of a column of an imported file.",
    COUPLE_NAMES="The names of the couple in one cell.",
    PARTNER1_NAME="The name of one partner; both are joined by an ampersand.",
    PARTNER2_NAME="The name of the other partner.",
    EMAIL="The address for invitations.",
    WEDDING_DATE="The day of the wedding.",
    NOTES="Notes for the supplier alone.",
)
describe(
    DateOrder,
    "The order of day and month in a date such as 03/04/2027.",
    DAY_FIRST="The day: 3 April 2027.",
    MONTH_FIRST="The month: 4 March 2027.",
)
describe(
    ImportRowStatus,
    "The status of a row of an imported file.",
    NEW="An import adds a client for it.",
    IMPORTED="This import has added a client for it.",
    ALREADY_THERE="Its client exists: the same e-mail address, or the same names and wedding date.",
    ERROR="It has problems. It can be corrected and imported later.",
)
describe(
    BulkInvitationStatus,
    "The status of a bulk invitation.",
    RUNNING="Its invitations are being sent as the limits allow.",
    STOPPED="It was stopped: waiting invitations are not sent.",
    FINISHED="Every invitation was sent, or cannot be.",
)
describe(
    BulkItemStatus,
    "The status of one invitation of a bulk invitation.",
    WAITING="It will be sent as soon as the limits allow.",
    SENT="It was sent.",
    NOT_SENT="It cannot be sent; `reason` says why.",
    STOPPED="It was waiting when the bulk invitation was stopped.",
)
