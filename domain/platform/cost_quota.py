"""How much one caller may ask of the system: points that come back evenly (A42)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """So many points at once, restored at so many a second."""

    points: int
    restore_rate: float

    @property
    def full_seconds(self) -> float:
        """From empty to full."""
        return self.points / self.restore_rate


@dataclass(frozen=True, slots=True)
class QuotaState:
    """What one caller has left at a moment."""

    budget: Budget
    debt: float  # points that are not restored yet
    wait_seconds: float = 0.0  # above 0: refused, and nothing was spent

    @property
    def remaining(self) -> int:
        """Points that can be spent now."""
        return max(0, int(self.budget.points - self.debt))

    @property
    def seconds_until_full(self) -> float:
        """After so long all points are back."""
        return self.debt / self.budget.restore_rate


@dataclass(slots=True)
class Account:
    """A leaky bucket: its debt, and when that was true."""

    debt: float = 0.0
    at: float = 0.0

    def now(self, budget: Budget, now: float) -> float:
        """The debt of this moment, in points."""
        return max(0.0, self.debt - budget.restore_rate * max(0.0, now - self.at))

    def consume(self, budget: Budget, now: float, points: int) -> QuotaState:
        """Take the points where they are there; a refusal costs nothing."""
        debt = self.now(budget, now)
        short = debt + points - budget.points
        if short > 0:
            return QuotaState(budget, debt, short / budget.restore_rate)
        self.debt, self.at = debt + points, now
        return QuotaState(budget, self.debt)
