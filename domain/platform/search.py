"""Converts the text of a search box to a full-text query of a directory."""

import re

from domain.errors import Invalid

MAX_SEARCH = 100
MAX_WORDS = 8


def check_search(search: str | None) -> str | None:
    """The text, trimmed; None where there is nothing to look for. Raises Invalid if too long."""
    if search is not None and len(search) > MAX_SEARCH:
        raise Invalid(f"search has at most {MAX_SEARCH} characters.", path=("search",))
    return (search or "").strip() or None


def prefixes(search: str) -> str:
    """`sar photo` finds what has a word from `sar` and one from `photo` on, as a tsquery.

    Letters and digits only: nothing of the query language is left in it.
    """
    words = [word for word in re.split(r"[\W_]+", search) if word]
    return " & ".join(f"{word}:*" for word in words[:MAX_WORDS])
