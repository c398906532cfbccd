"""Why an invitation gets nowhere (X13)."""

from datetime import datetime

import strawberry

from domain.marketplace.invitation_hints import Hint
from schema.marketplace_enums import InvitationHintKind, InvitationNextStep


@strawberry.type(description="Why an invitation makes no progress, and what to do.")
class InvitationHint:
    """A hint for the supplier, and for the staff who help them."""

    kind: InvitationHintKind = strawberry.field(description="The problem.")
    message: str = strawberry.field(description="The problem in plain words, with the next step.")
    next_step: InvitationNextStep = strawberry.field(description="What the supplier can do.")
    since: datetime = strawberry.field(description="When the problem began.")

    @classmethod
    def of(cls, hint: Hint) -> "InvitationHint":
        """Build the object from a hint."""
        return cls(kind=hint.kind, message=hint.message, next_step=hint.next_step, since=hint.since)
