"""The clients and partnerships of the caller, live on every device (M14)."""

from collections.abc import AsyncIterator
from uuid import UUID

from domain.events import RecordedEvent
from domain.events.imports import ClientsImported
from domain.events.marketplace import (
    ClientAdded,
    ClientChanged,
    InvitationChanged,
    InvitationFollowedUp,
    PartnershipChanged,
)
from domain.marketplace.partner_blocks import side_of
from domain.platform.row_scope import readable
from schema.context import Info
from schema.types.client_updates import ClientsUpdate, PartnershipsUpdate
from schema.types.clients import Client
from schema.types.couples import Partnership
from subscriptions.event_streams import open_events
from subscriptions.fanout import Latest

_OF_CLIENT = ClientAdded | ClientChanged | InvitationChanged | InvitationFollowedUp


async def clients(info: Info) -> AsyncIterator[ClientsUpdate]:
    """A result without a client, then each client of the caller that is new or has changed.

    For suppliers; for others it ends with the first result.
    """
    actor = info.context.actor
    if actor.supplier_id is None:
        yield ClientsUpdate(changed=None)
        return

    def concerns(item: RecordedEvent) -> bool:
        event = item.event
        return (
            isinstance(event, _OF_CLIENT | ClientsImported)
            and event.supplier_id == actor.supplier_id
        )

    # The newest event of each client: bounded by the clients that the caller has.
    newest: Latest[RecordedEvent] = Latest(_client_of)
    async with open_events(info, newest, concerns) as changes:
        yield ClientsUpdate(changed=None)
        async for item in changes:
            key = _client_of(item)
            row = await info.context.loaders.client.load(key) if key is not None else None
            yield ClientsUpdate(changed=Client.of(row) if row is not None else None)


async def partnerships(info: Info) -> AsyncIterator[PartnershipsUpdate]:
    """A result without a partnership, then each of the caller's that is new or has changed.

    One that has ended is null for its supplier. The staff has none, and its stream ends with the
    first result.
    """
    actor = info.context.actor
    if actor.supplier_id is None and actor.couple_id is None:
        yield PartnershipsUpdate(changed=None)
        return

    def concerns(item: RecordedEvent) -> bool:
        event = item.event
        return (
            isinstance(event, PartnershipChanged)
            and side_of(actor, event.supplier_id, event.couple_id) is not None
        )

    newest: Latest[RecordedEvent] = Latest(lambda item: item.event.subject_id)
    async with open_events(info, newest, concerns) as changes:
        yield PartnershipsUpdate(changed=None)
        async for item in changes:
            assert item.event.subject_id is not None  # they are about a partnership
            yield PartnershipsUpdate(changed=await _partnership(info, item.event.subject_id))


def _client_of(item: RecordedEvent) -> UUID | None:
    """None for an import, which adds many."""
    return item.event.client_id if isinstance(item.event, _OF_CLIENT) else None


async def _partnership(info: Info, key: UUID) -> Partnership | None:
    row = await info.context.loaders.partnership.load(key)
    if row is None or not readable(info.context.actor).sees_partnership(
        row.supplier_id, row.couple_id, is_active=row.is_active
    ):
        return None
    return Partnership.of(row)
