"""A number of the dashboard, and where it goes (S26)."""

from dataclasses import dataclass
from enum import StrEnum


class Trend(StrEnum):
    """Where a number goes, compared with the window before."""

    UP = "up"
    DOWN = "down"
    FLAT = "flat"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Card:
    """A number of the dashboard beside the window before."""

    key: str
    title: str
    unit: str
    value: float | None
    previous: float | None
    higher_is_better: bool = True

    @property
    def change_percent(self) -> float | None:
        """By how much it moved; None where there is nothing to compare with."""
        if self.value is None or not self.previous:
            return None
        return round(100 * (self.value - self.previous) / self.previous, 2)

    @property
    def trend(self) -> Trend:
        """FLAT within one percent; UNKNOWN where there is nothing to compare with."""
        change = self.change_percent
        if change is None:
            return Trend.UNKNOWN
        if abs(change) <= 1:
            return Trend.FLAT
        return Trend.UP if change > 0 else Trend.DOWN

    @property
    def improving(self) -> bool | None:
        """Whether the trend is a good one; None where there is none."""
        if self.trend in (Trend.UNKNOWN, Trend.FLAT):
            return None
        return (self.trend is Trend.UP) is self.higher_is_better
