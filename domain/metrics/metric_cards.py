"""The metric cards of the dashboard, with their trend (S26)."""

from dataclasses import dataclass
from enum import StrEnum


class Trend(StrEnum):
    """The direction of a number compared with the previous window."""

    UP = "up"
    DOWN = "down"
    FLAT = "flat"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Card:
    """A number of the dashboard and its value in the previous window."""

    key: str
    title: str
    unit: str
    value: float | None
    previous: float | None
    higher_is_better: bool = True

    @property
    def change_percent(self) -> float | None:
        """The change in percent; None without a previous value."""
        if self.value is None or not self.previous:
            return None
        return round(100 * (self.value - self.previous) / self.previous, 2)

    @property
    def trend(self) -> Trend:
        """FLAT within one percent; UNKNOWN without a previous value."""
        change = self.change_percent
        if change is None:
            return Trend.UNKNOWN
        if abs(change) <= 1:
            return Trend.FLAT
        return Trend.UP if change > 0 else Trend.DOWN

    @property
    def improving(self) -> bool | None:
        """True if the trend is good; None without a trend."""
        if self.trend in (Trend.UNKNOWN, Trend.FLAT):
            return None
        return (self.trend is Trend.UP) is self.higher_is_better
