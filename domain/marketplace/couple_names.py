"""Splits the couple's name that a supplier typed into the two names of the form (M8)."""

import re

_BETWEEN = re.compile(r"\s*[&+/]\s*|\s+(?:and|und|et|y|e|en|og|och)\s+")


def two_names(couple_names: str) -> tuple[str, str | None]:
    """A suggestion for both partners; the second is None if there is only one name."""
    first, *rest = (part.strip() for part in _BETWEEN.split(couple_names, maxsplit=1))
    second = rest[0] if rest else ""
    return (first, second) if first and second else (couple_names.strip(), None)
