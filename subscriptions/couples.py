"""The couple of the caller, live for both partners (M9, M14)."""

from collections.abc import AsyncIterator, Callable

from domain.actors import Actor
from domain.events import RecordedEvent
from domain.events.couples import CoupleInvitationChanged, CoupleMemberChanged
from domain.events.marketplace import ProfileChanged
from schema.context import Info
from schema.types.couples import Couple
from subscriptions.event_streams import open_events
from subscriptions.fanout import Latest


async def viewer_couple(info: Info) -> AsyncIterator[Couple | None]:
    """The couple of the caller, then whenever one of the two partners changes it.

    That is its profile, who is a member, and the invitation of the partner. For others than couples
    it is null and ends.
    """
    couple_id = info.context.actor.couple_id
    if couple_id is None:
        yield None
        return
    newest: Latest[RecordedEvent] = Latest()  # one unread event is enough: the row is read again
    async with open_events(info, newest, _concerns(info.context.actor)) as changes:
        while True:
            row = await info.context.loaders.couple.load(couple_id)
            yield Couple.of(row) if row is not None else None
            if row is None or await anext(changes, None) is None:
                return


def _concerns(actor: Actor) -> Callable[[RecordedEvent], bool]:
    def is_selected(item: RecordedEvent) -> bool:
        event = item.event
        return (
            isinstance(event, ProfileChanged | CoupleMemberChanged | CoupleInvitationChanged)
            and event.couple_id == actor.couple_id
        )

    return is_selected
