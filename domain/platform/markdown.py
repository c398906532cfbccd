"""Text of people within Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~])")


def text(value: str) -> str:
    """One line that Markdown leaves as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(value.split()))
