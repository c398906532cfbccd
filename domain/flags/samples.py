"""The people, or a sample of them, for whom exposure is counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.actors import UserType, VendorType
from domain.flags.flags import EvaluationContext


@dataclass(frozen=True, slots=True)
class Person:
    """A person for whom exposure is counted."""

    id: str
    user_type: UserType
    vendor_type: VendorType | None
    context: EvaluationContext


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of people out of `total`."""

    people: Sequence[Person]
    total: int

    @property
    def is_complete(self) -> bool:
        """True if everybody is in the sample, so that counts are exact."""
        return len(self.people) >= self.total

    def scaled(self, counted: int) -> int:
        """Scale a count of the sample to everybody."""
        return counted if self.is_complete else round(counted * self.total / len(self.people))
