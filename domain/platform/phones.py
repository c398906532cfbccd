"""Telephone numbers as people write them (M7)."""

import re
from collections.abc import Sequence

from domain.errors import Invalid

MAX_LENGTH = 32
MIN_DIGITS, MAX_DIGITS = 5, 15  # E.164

_ALLOWED = re.compile(r"\+?[0-9 ()./\-]+")


def clean_phone(value: str, path: Sequence[str] = ()) -> str:
    """The number with single blanks; raises Invalid for a number that cannot be dialled."""
    text = " ".join(value.split())
    digits = sum(character in "0123456789" for character in text)
    if len(text) > MAX_LENGTH or not _ALLOWED.fullmatch(text):
        message = "A telephone number holds digits, blanks and + ( ) - . / only."
        raise Invalid(message, path=path)
    if not MIN_DIGITS <= digits <= MAX_DIGITS:
        message = f"A telephone number has {MIN_DIGITS} to {MAX_DIGITS} digits."
        raise Invalid(message, path=path)
    return text
