"""Messages that participants report, and how the staff handles them (M7)."""

from enum import StrEnum

from domain.errors import InvalidTransition, Required
from domain.platform.text import check_long_text, has_visible

MAX_REASON = 1_000


class ReportOutcome(StrEnum):
    """How the staff handled a report."""

    HIDDEN = "hidden"
    DISMISSED = "dismissed"


def check_reason(reason: str, path: tuple[str, ...] = ("input", "reason")) -> str:
    """Return the reason, trimmed; raises Required or Invalid."""
    text = reason.strip()
    if not has_visible(text):
        raise Required("Say why.", path=path)
    check_long_text(text, MAX_REASON, path)
    return text


def check_reportable(*, is_own: bool, is_hidden: bool) -> None:
    """Raise InvalidTransition for one's own message and for a hidden one."""
    if is_own:
        raise InvalidTransition("You cannot report your own message.")
    if is_hidden:
        raise InvalidTransition("This message is hidden already.")
