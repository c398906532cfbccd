"""Root fields of notifications, new links, own lists and events; `schema.root` inherits them."""

import strawberry

from domain.actors import Scope
from resolvers import invitations, marketplace_events
from resolvers import notifications as inbox
from schema.permissions import mutation, query, subscription
from schema.types.client_updates import ClientsUpdate, PartnershipsUpdate
from schema.types.marketplace_events import MarketplaceEvent, MarketplaceEventConnection
from schema.types.new_links import NewLinkPayload
from schema.types.notifications import (
    InboxUpdate,
    NotificationConnection,
    NotificationPreference,
    NotificationPreferencesPayload,
    NotificationsPayload,
)
from subscriptions import clients as live_clients
from subscriptions import marketplace_events as live_events
from subscriptions import notifications as live_inbox

# The staff for all events, suppliers and couples for their own.
EVERYBODY = (Scope.SELF, Scope.DIRECTORY_READ)


@strawberry.type
class InboxQueries:
    """Reads."""

    notifications: NotificationConnection = query(inbox.notifications, Scope.SELF)
    notification_preferences: list[NotificationPreference] = query(
        inbox.notification_preferences, Scope.SELF
    )
    marketplace_events: MarketplaceEventConnection = query(
        marketplace_events.marketplace_events, *EVERYBODY
    )


@strawberry.type
class InboxMutations:
    """Writes."""

    request_new_link: NewLinkPayload = mutation(
        invitations.request_new_link, failed=NewLinkPayload.failed
    )
    mark_notification_read: NotificationsPayload = mutation(
        inbox.mark_notification_read, Scope.SELF, failed=NotificationsPayload.failed
    )
    mark_all_notifications_read: NotificationsPayload = mutation(
        inbox.mark_all_notifications_read, Scope.SELF, failed=NotificationsPayload.failed
    )
    set_notification_preference: NotificationPreferencesPayload = mutation(
        inbox.set_notification_preference,
        Scope.SELF,
        failed=NotificationPreferencesPayload.failed,
    )


@strawberry.type
class InboxSubscriptions:
    """Streams."""

    clients: ClientsUpdate = subscription(live_clients.clients, Scope.SELF)
    partnerships: PartnershipsUpdate = subscription(live_clients.partnerships, Scope.SELF)
    notifications: InboxUpdate = subscription(live_inbox.notifications, Scope.SELF)
    marketplace_events: MarketplaceEvent = subscription(live_events.marketplace_events, *EVERYBODY)
