"""Guarded operations and their availability to the caller (D8, M1)."""

import strawberry

from domain.flags import guarded_operations as domain
from domain.flags.guarded_operations import FeatureAvailability, OperationKind
from schema.enums import describe

describe(
    OperationKind,
    "What a feature flag guards.",
    MUTATION="A mutation, by its name.",
    SUBSCRIPTION="A subscription, by its name.",
    STEP="A step of the guided setup, by its key.",
    PAGE="A page, by its path.",
    JOB="Something that runs in the background.",
)


@strawberry.type(description="An operation that feature flags guard.")
class GuardedOperation:
    """One guarded operation, with its availability to the caller."""

    kind: OperationKind = strawberry.field(description="What it is.")
    name: str = strawberry.field(description="Its name, key or path.")
    title: str = strawberry.field(description="For people; begins a sentence.")
    flags: list[str] = strawberry.field(
        description="Keys of the flags that guard it; a flag that does not exist guards nothing."
    )
    availability: FeatureAvailability = strawberry.field(
        description="Whether the caller may use it. For a visitor, whose e-mail is unknown, a "
        "percentage counts as OPEN: the operation itself decides."
    )

    @classmethod
    def of(
        cls, item: domain.GuardedOperation, availability: FeatureAvailability
    ) -> "GuardedOperation":
        """Build the object from an entry."""
        flags = list(item.flags)
        return cls(
            kind=item.kind,
            name=item.name,
            title=item.title,
            flags=flags,
            availability=availability,
        )
