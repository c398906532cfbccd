"""A live invitation, for the supplier who sent it (X13)."""

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from domain.errors import NotFound
from domain.events import RecordedEvent
from domain.events.marketplace import InvitationChanged, InvitationEmailChanged
from domain.platform.row_scope import readable
from schema.context import Info
from schema.types.invitations import Invitation
from schema.types.node import decode_id
from subscriptions.event_streams import open_events
from subscriptions.fanout import Latest

InvitationId = Annotated[strawberry.ID, strawberry.argument(description="The invitation.")]


async def invitation(info: Info, id: InvitationId) -> AsyncIterator[Invitation]:
    """An invitation as it is now, then whenever it is opened, accepted, or ends.

    Also when its e-mail bounces or arrives after all.
    """
    key, row_scope = decode_id(id, "Invitation"), readable(info.context.actor)

    def is_selected(item: RecordedEvent) -> bool:
        is_change = isinstance(item.event, InvitationChanged | InvitationEmailChanged)
        return is_change and item.event.subject_id == key

    loader = info.context.loaders.invitation
    newest: Latest[RecordedEvent] = Latest()
    async with open_events(info, newest, is_selected) as changes:
        while True:
            row = await loader.load(key)
            if row is None or not row_scope.reaches_supplier(row.supplier_id):
                raise NotFound("There is no Invitation with this id.", path=("id",))
            yield Invitation.of(row)
            if await anext(changes, None) is None:
                return
