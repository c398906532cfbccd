"""The shape of raw JSON: counted before anything reads it, and given up early (SEC6, D13)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_FEW, _SHORT = 20, 1_000  # members of an object, characters of a text


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """What raw JSON may hold at most."""

    values: int
    depth: int = 15
    list_length: int = 1_000
    text_length: int = 100_000


@dataclass(frozen=True, slots=True)
class Excess:
    """The first limit that is exceeded. `amount` is a lower bound: counting stops there."""

    what: str
    amount: int
    limit: int

    @property
    def message(self) -> str:
        """For the caller, after the name of what was counted: "The variables ..."."""
        return f"hold {self.what}; at most {self.limit} are allowed"


def excess(value: object, limits: JsonLimits) -> Excess | None:
    """Which limit a value exceeds; None where it keeps them all.

    Level by level, without recursion: at most `limits.values` values are visited.
    """
    level: list[object] = [value]
    depth, values = 0, 0
    while level:
        below: list[object] = []
        for item in level:
            if isinstance(item, str):
                if len(item) > limits.text_length:
                    return Excess("a text that is too long", len(item), limits.text_length)
                continue
            inner = _children(item)
            values += len(inner)
            if isinstance(item, list) and len(inner) > limits.list_length:
                return Excess("a list that is too long", len(inner), limits.list_length)
            if values > limits.values:
                return Excess("too many values", values, limits.values)
            below.extend(inner)
        depth += bool(below)
        if depth > limits.depth:
            return Excess("values nested too deeply", depth, limits.depth)
        level = below
    return None


def has_only_short_scalars(value: Mapping[str, object]) -> bool:
    """Whether an object keeps all limits at a glance: few members, each a number or a short text.

    Most requests are like that, and need not be counted level by level.
    """
    if len(value) > _FEW:
        return False
    for item in value.values():
        if isinstance(item, str):
            if len(item) > _SHORT:
                return False
        elif isinstance(item, list | dict):
            return False
    return True


def count_values(value: object) -> int:
    """The values inside lists and objects; 0 for a scalar."""
    count, pending = 0, [value]
    while pending:
        inner = _children(pending.pop())
        count += len(inner)
        pending.extend(inner)
    return count


def texts_of(value: object) -> Iterator[str]:
    """Every text in it, keys of objects included."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def _children(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else []
