"""The two names of a couple in one text, and the other way round (M8)."""

import re

_BETWEEN = re.compile(r"\s*[&+/]\s*|\s+(?:and|und|et|y|e|en|og|och)\s+")


def two_names(couple_names: str) -> tuple[str, str | None]:
    """A suggestion for both partners; the second is None if there is only one name."""
    first, *rest = (part.strip() for part in _BETWEEN.split(couple_names, maxsplit=1))
    second = rest[0] if rest else ""
    return (first, second) if first and second else (couple_names.strip(), None)


def joined_names(partner1_name: str | None, partner2_name: str | None) -> str | None:
    """Both names, or the one that there is; None without any."""
    return " & ".join(name for name in (partner1_name, partner2_name) if name) or None
