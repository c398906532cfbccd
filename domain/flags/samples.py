"""People whose exposure is counted, or a sample of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.actors import UserType, VendorType
from domain.flags.flags import EvaluationContext


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose exposure is counted."""

    id: str
    user_type: UserType
    vendor_type: VendorType | None
    context: EvaluationContext


@dataclass(frozen=True, slots=True)
class Sample:
    """Those whose exposure is counted, out of so many."""

    people: Sequence[Person]
    total: int

    @property
    def is_complete(self) -> bool:
        """Counts are exact where everybody was counted."""
        return len(self.people) >= self.total

    def scaled(self, counted: int) -> int:
        """A count of the sample as one of everybody."""
        return counted if self.is_complete else round(counted * self.total / len(self.people))
