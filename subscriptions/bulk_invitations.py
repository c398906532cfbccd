"""The progress of the caller's invitations to many, live (M10, M14)."""

from collections.abc import AsyncIterator, Callable

from domain.actors import Actor
from domain.events import RecordedEvent
from domain.events.imports import BulkInvitationChanged
from domain.events.marketplace import InvitationChanged
from schema.context import Info
from schema.types.bulk_invitations import BulkInvitation
from subscriptions.event_streams import open_events
from subscriptions.fanout import Latest


async def bulk_invitation(info: Info) -> AsyncIterator[BulkInvitation | None]:
    """The newest bulk invitation of the caller, then whenever it starts, gets on or ends.

    Null before the first one. For others than suppliers it is null and ends.
    """
    supplier_id = info.context.actor.supplier_id
    if supplier_id is None:
        yield None
        return
    newest: Latest[RecordedEvent] = Latest()  # one unread event is enough: the row is read again
    async with open_events(info, newest, _concerns(info.context.actor)) as changes:
        while True:
            row = await info.context.loaders.newest_bulk_invitation.load(supplier_id)
            yield BulkInvitation.of(row) if row is not None else None
            if await anext(changes, None) is None:
                return


def _concerns(actor: Actor) -> Callable[[RecordedEvent], bool]:
    def is_selected(item: RecordedEvent) -> bool:
        event = item.event
        return (
            isinstance(event, BulkInvitationChanged | InvitationChanged)
            and event.supplier_id == actor.supplier_id
        )

    return is_selected
