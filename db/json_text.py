"""JSON as columns hold it."""

import json
import re
from typing import Any

import orjson

# An integer beyond 64 bits would come as the float that is next to it.
_LONG = re.compile(r"[0-9]{19}")


def read_json(text: str) -> Any:  # noqa: ANN401 - whatever was stored
    """The value of a text that PostgreSQL has taken for JSON, as `json.loads` reads it."""
    return orjson.loads(text) if _LONG.search(text) is None else json.loads(text)
