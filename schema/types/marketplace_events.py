"""Events between suppliers and couples, for integrations (M14)."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated

import strawberry

from domain.events import RecordedEvent, UserSignedUp
from domain.events.marketplace import InvitationChanged
from domain.events.messages import MessageChanged
from domain.overview.marketplace_events import TYPES, kind_of, parties_of
from domain.platform.row_scope import RowScope
from schema.context import Info
from schema.directives import CostDirective
from schema.marketplace_event_enums import MarketplaceEventKind
from schema.pagination import Connection
from schema.types.actors import User
from schema.types.conversations import Conversation
from schema.types.couples import Partnership
from schema.types.event_fields import cursor_of
from schema.types.invitations import Invitation
from schema.types.log_edges import ArchivedPart
from schema.types.node import node_id
from schema.types.subjects import load_visible

STORED_KINDS = TYPES

# Not `Node`: the scopes of these events must not lead to types of the launch.
MarketplaceSubject = Annotated[
    User | Invitation | Partnership | Conversation,
    strawberry.union("MarketplaceSubject", description="What a marketplace event is about."),
]


@strawberry.type(description="What happened between suppliers and couples: ids only.")
class MarketplaceEvent:
    """One event. It holds no names, addresses or texts: `subject` leads to them."""

    cursor: str = strawberry.field(
        description="Its position in the log: pass it as `after` to resume. It is unique."
    )
    at: datetime = strawberry.field(description="When it happened.")
    kind: MarketplaceEventKind = strawberry.field(description="What happened.")
    subject_id: strawberry.ID = strawberry.field(
        description="The id of the User who signed up, of the Invitation, of the Partnership, or of"
        " the Conversation of a message."
    )
    supplier_id: strawberry.ID | None = strawberry.field(
        description="The supplier; null for a sign-up."
    )
    couple_id: strawberry.ID | None = strawberry.field(
        description="The couple; null for a sign-up, and for an invitation that nobody accepted."
    )

    @strawberry.field(
        description="What it is about, as it is now; null if it is gone or the caller may not see "
        "it. Its fields need the scopes that they need elsewhere.",
        directives=[CostDirective(weight=1)],
    )
    async def subject(self, info: Info) -> MarketplaceSubject | None:
        """Load it only if it is selected."""
        node = await load_visible(info, self.subject_id)
        return node if isinstance(node, User | Invitation | Partnership | Conversation) else None

    @classmethod
    def of(cls, item: RecordedEvent) -> "MarketplaceEvent":
        """Build the object for an event; check `is_selected` first."""
        kind, parties = kind_of(item.event), parties_of(item.event)
        assert kind is not None
        assert item.event.subject_id is not None
        return cls(
            cursor=cursor_of(item),
            at=item.occurred_at,
            kind=kind,
            subject_id=node_id(_subject_type(item), item.event.subject_id),
            supplier_id=node_id("Supplier", parties.supplier_id) if parties.supplier_id else None,
            couple_id=node_id("Couple", parties.couple_id) if parties.couple_id else None,
        )


@strawberry.type(description="A page of events between suppliers and couples.")
class MarketplaceEventConnection(ArchivedPart, Connection[MarketplaceEvent]):
    """A page that says where the log begins."""


def is_selected(
    item: RecordedEvent, kinds: Collection[MarketplaceEventKind] | None, row_scope: RowScope
) -> bool:
    """Whether a caller gets an event: one of the kinds, and one that it may see."""
    kind = kind_of(item.event)
    return (
        kind is not None
        and (kinds is None or kind in kinds)
        and parties_of(item.event).include(row_scope)
    )


def _subject_type(item: RecordedEvent) -> str:
    if isinstance(item.event, UserSignedUp):
        return "User"
    if isinstance(item.event, InvitationChanged):
        return "Invitation"
    return "Conversation" if isinstance(item.event, MessageChanged) else "Partnership"
