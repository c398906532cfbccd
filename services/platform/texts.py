"""Checks free text: it is stored unchanged, or refused with the name of its field."""

from domain.errors import Required
from domain.platform.text import check_long_text, clean_line, has_visible

MAX_REASON = 2_000  # characters of the reason for a change, in the audit


def check_text(
    value: str | None, field: str, limit: int, *, required: bool = False, argument: bool = False
) -> None:
    """Raises Required for a text without a visible character, and Invalid.

    Invalid: it is too long, or has a control character.

    `argument`: it stands by itself and not in an `input`.
    """
    path = (field,) if argument else ("input", field)
    if required and not has_visible(value or ""):
        raise Required(f"{field} may not be empty.", path=path)
    if value is not None:
        check_long_text(value, limit, path)


def line(value: str, field: str, limit: int) -> str:
    """Return the one-line text of a field as it is stored; raises Required or Invalid."""
    return clean_line(value, limit, ("input", field))
