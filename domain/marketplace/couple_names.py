"""What a supplier calls a couple, as the two names of the form that the couple fills in (M8)."""

import re

_BETWEEN = re.compile(r"\s*[&+/]\s*|\s+(?:and|und|et|y|e|en|og|och)\s+")


def two_names(couple_names: str) -> tuple[str, str | None]:
    """The names of both, to be corrected by the couple; the second is None where there is one."""
    first, *rest = (part.strip() for part in _BETWEEN.split(couple_names, maxsplit=1))
    second = rest[0] if rest else ""
    return (first, second) if first and second else (couple_names.strip(), None)
