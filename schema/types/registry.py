"""The types that `node(id)` can load, with the access that each needs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from domain.actors import Actor, Scope
from domain.overview.changes import SUBJECTS
from domain.platform.row_scope import RowScope, readable
from schema.context import Info
from schema.loaders import Loaders
from schema.types.actors import ApiToken, User
from schema.types.bulk_invitations import BulkInvitation
from schema.types.changes import Change
from schema.types.client_imports import ClientImport
from schema.types.clients import Client
from schema.types.conversations import load_conversation
from schema.types.couples import Partnership, visible_couple
from schema.types.flags import FeatureFlag
from schema.types.health import load_health_check
from schema.types.incidents import Incident
from schema.types.invitations import Invitation
from schema.types.mail import Mail
from schema.types.node import Node
from schema.types.notifications import load_notification
from schema.types.onboarding import Onboarding
from schema.types.phases import LaunchPhase, PhaseRun
from schema.types.silences import load_silence
from schema.types.suppliers import visible_supplier
from schema.types.webhooks import Webhook

MARKETPLACE = (Scope.SELF, Scope.DIRECTORY_READ)


@dataclass(frozen=True, slots=True)
class NodeKind:
    """How a type is loaded; a caller needs one of the scopes."""

    load: Callable[[Info, UUID], Awaitable[Node | None]]
    scopes: tuple[Scope, ...]
    own: Callable[[Actor, UUID], bool] = lambda _actor, _key: False

    def allows(self, actor: Actor, key: UUID) -> bool:
        """Return whether the caller may see a row."""
        return actor.allows(self.scopes) or self.own(actor, key)


def _kind(
    loader: Callable[[Loaders], DataLoader[UUID, Any]],
    of: Callable[[Any], Node],
    *scopes: Scope,
    own: Callable[[Actor, UUID], bool] = lambda _actor, _key: False,
) -> NodeKind:
    async def load(info: Info, key: UUID) -> Node | None:
        row = await loader(info.context.loaders).load(key)
        return of(row) if row is not None else None

    return NodeKind(load, scopes, own)


def _owned(
    loader: Callable[[Loaders], DataLoader[UUID, Any]],
    of: Callable[[Any], Node],
    within: Callable[[RowScope, Any], bool],
) -> NodeKind:
    """Return the kind of a type with owned rows: the row is loaded, then access is checked."""

    async def load(info: Info, key: UUID) -> Node | None:
        row = await loader(info.context.loaders).load(key)
        return of(row) if row is not None and within(readable(info.context.actor), row) else None

    return NodeKind(load, MARKETPLACE)


async def _load_change(info: Info, key: UUID) -> Node | None:
    """Load a change that `changes` lists: none by suppliers or couples, or of accounts."""
    row = await info.context.loaders.change.load(key)
    return Change.of(row) if row is not None and row.subject_kind in SUBJECTS.values() else None


# Objects of a launch link to each other: a caller who sees one by a path may load it by its id.
_LAUNCH = (Scope.LAUNCH_READ, Scope.LAUNCH_OPERATE, Scope.FLAGS_READ, Scope.INCIDENTS_READ)
_HEALTH = (Scope.LAUNCH_READ, Scope.INCIDENTS_READ, Scope.HEALTH_READ)
_ACTORS = (*_LAUNCH, Scope.HEALTH_READ, Scope.TOKENS_ADMIN)

NODES: Mapping[str, NodeKind] = {
    "LaunchPhase": _kind(lambda loaders: loaders.phase, LaunchPhase.of, *_LAUNCH),
    "PhaseRun": _kind(lambda loaders: loaders.run, PhaseRun.of, *_LAUNCH),
    "FeatureFlag": _kind(lambda loaders: loaders.flag, FeatureFlag.of, *_LAUNCH),
    "Change": NodeKind(_load_change, _LAUNCH),
    "Incident": _kind(
        lambda loaders: loaders.incident, Incident.of, Scope.LAUNCH_READ, Scope.INCIDENTS_READ
    ),
    "HealthCheck": NodeKind(load_health_check, _HEALTH),
    "Silence": NodeKind(load_silence, _HEALTH),
    "ApiToken": _kind(lambda loaders: loaders.token, ApiToken.of, *_ACTORS),
    "Mail": _kind(lambda loaders: loaders.mail, Mail.of, Scope.LAUNCH_ADMIN),
    "Webhook": _kind(lambda loaders: loaders.webhook, Webhook.of, Scope.WEBHOOKS_ADMIN),
    "User": _kind(
        lambda loaders: loaders.user,
        User.of,
        *(*_ACTORS, Scope.INCIDENTS_WRITE, Scope.DIRECTORY_READ),
        own=lambda actor, key: actor.user_id == key,
    ),
    "Supplier": NodeKind(visible_supplier, MARKETPLACE),
    "Couple": NodeKind(visible_couple, MARKETPLACE),
    "Client": _owned(
        lambda loaders: loaders.client,
        Client.of,
        lambda row_scope, row: row_scope.reaches_supplier(row.supplier_id),
    ),
    "BulkInvitation": _owned(
        lambda loaders: loaders.bulk_invitation,
        BulkInvitation.of,
        lambda row_scope, row: row_scope.reaches_supplier(row.supplier_id),
    ),
    "ClientImport": _owned(
        lambda loaders: loaders.client_import,
        ClientImport.of,
        lambda row_scope, row: row_scope.reaches_supplier(row.supplier_id),
    ),
    "Invitation": _owned(
        lambda loaders: loaders.invitation,
        Invitation.of,
        lambda row_scope, row: row_scope.reaches_supplier(row.supplier_id),
    ),
    "Partnership": _owned(
        lambda loaders: loaders.partnership,
        Partnership.of,
        lambda row_scope, row: row_scope.sees_partnership(
            row.supplier_id, row.couple_id, is_active=row.is_active
        ),
    ),
    "Conversation": NodeKind(load_conversation, MARKETPLACE),
    "Notification": NodeKind(load_notification, MARKETPLACE),
    "Onboarding": _owned(
        lambda loaders: loaders.onboarding,
        Onboarding.of,
        lambda row_scope, row: row_scope.reaches_user(row.user_id),
    ),
}
