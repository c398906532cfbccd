"""What a client accepts (RFC 9110, 12.5.1): ranges with weights, of which the closest counts."""

from collections.abc import Mapping
from dataclasses import dataclass

_ANYTHING = {"*/*": 1.0}


@dataclass(frozen=True, slots=True)
class Accepted:
    """The ranges of an Accept header, by name in lower case."""

    ranges: Mapping[str, float]

    @classmethod
    def of(cls, accept: str) -> "Accepted":
        """An empty header is one that was not sent. What is no weight is 0: not acceptable."""
        ranges: dict[str, float] = {}
        for part in accept.split(","):
            name, *parameters = (item.strip().lower() for item in part.split(";"))
            if "/" in name:
                ranges[name] = _weight(parameters)
        return cls(ranges if accept.strip() else _ANYTHING)

    def weight(self, media_type: str) -> float:
        """From 0, not acceptable, to 1."""
        for name in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
            if name in self.ranges:
                return self.ranges[name]
        return 0.0

    def names(self, media_type: str) -> bool:
        """Whether it is accepted by its own name."""
        return self.ranges.get(media_type, 0.0) > 0


def _weight(parameters: list[str]) -> float:
    text = next((item[2:].strip() for item in parameters if item.startswith("q=")), "1")
    whole, _, places = text.partition(".")
    if whole not in ("0", "1") or len(places) > 3 or (places and not places.isdecimal()):
        return 0.0
    return min(float(text), 1.0)
