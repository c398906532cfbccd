"""JSON values stored in columns."""

import json
import re
from typing import Any

import orjson

# orjson would read an integer beyond 64 bits as the nearest float.
_LONG = re.compile(r"[0-9]{19}")


def read_json(text: str) -> Any:  # noqa: ANN401 - whatever was stored
    """Parse JSON text from PostgreSQL with the results of `json.loads`."""
    return orjson.loads(text) if _LONG.search(text) is None else json.loads(text)
