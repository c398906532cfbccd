"""Playing a stretch of the log again: what may be asked for, and when each event is due (X6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import Invalid

LONGEST_RANGE = timedelta(days=31)
LONGEST_SHOW = timedelta(hours=6)
SLOWEST, FASTEST = 0.1, 100_000.0
MAX_EVENTS = 10_000


@dataclass(frozen=True, slots=True)
class Replay:
    """A stretch of time, and how many seconds of it pass in one."""

    begin: datetime
    end: datetime
    speed: float

    @classmethod
    def of(cls, begin: datetime, end: datetime, speed: float) -> "Replay":
        """Raises Invalid naming the argument that is at fault."""
        if not begin < end:
            raise Invalid("from must lie before to.", path=("from",))
        if end - begin > LONGEST_RANGE:
            raise Invalid(f"At most {LONGEST_RANGE.days} days can be replayed.", path=("to",))
        if not SLOWEST <= speed <= FASTEST:
            raise Invalid(f"speed lies between {SLOWEST:g} and {FASTEST:g}.", path=("speed",))
        if (end - begin) / speed > LONGEST_SHOW:
            hours = LONGEST_SHOW.total_seconds() / 3_600
            raise Invalid(f"This would last longer than {hours:g} hours.", path=("speed",))
        return cls(begin, end, speed)

    def due(self, at: datetime) -> float:
        """Seconds after its beginning at which something of that moment is shown."""
        return max((at - self.begin) / self.speed, timedelta(0)).total_seconds()
