"""Clients of a supplier, who become couples when they connect (S9, S11, decision 13)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.platform.text import check_long_text, clean_name

MAX_NAMES = 200
MAX_NOTES = 5_000
PAST_DATE = "This wedding date has passed."
_DAY_ENDS_EVERYWHERE = timedelta(hours=12)  # a day ends last in UTC-12


class ClientStatus(StrEnum):
    """How far a client is on the way to a connection."""

    ADDED = "added"
    INVITED = "invited"
    CONNECTED = "connected"
    INACTIVE = "inactive"


class ConnectionMethod(StrEnum):
    """How a supplier and a couple were connected."""

    INVITATION = "invitation"
    DIRECT = "direct"


def check_client(values: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a client, trimmed; raises Required or Invalid naming the field."""
    checked = dict(values)
    if "couple_names" in checked:
        names = str(checked["couple_names"] or "")
        line = clean_name(names, MAX_NAMES, ("input", "coupleNames"))
        checked["couple_names"] = " ".join(line.split())
    notes = checked.get("notes")
    if isinstance(notes, str):
        check_long_text(notes, MAX_NOTES, ("input", "notes"))
    return checked


def date_warnings(wedding_date: date | None, now: datetime) -> list[str]:
    """Warn of a wedding date in the past, which is accepted (decision 13)."""
    if wedding_date is None:
        return []
    return [PAST_DATE] if wedding_date < (now - _DAY_ENDS_EVERYWHERE).date() else []


def without_invitation(status: ClientStatus) -> ClientStatus:
    """The status of a client whose pending invitation ended without being accepted."""
    return ClientStatus.ADDED if status is ClientStatus.INVITED else status
