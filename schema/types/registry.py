"""Every type that `node(id)` can find, and what it takes to see one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from domain.actors import Actor, Scope
from domain.reach import Reach, readable
from schema.context import Info
from schema.loaders import Loaders
from schema.types.actors import ApiToken, User
from schema.types.changes import Change
from schema.types.clients import Client
from schema.types.couples import Couple, Partnership
from schema.types.flags import FeatureFlag
from schema.types.health import load_health_check
from schema.types.incidents import Incident
from schema.types.invitations import Invitation
from schema.types.mail import Mail
from schema.types.node import Node
from schema.types.onboarding import Onboarding
from schema.types.phases import LaunchPhase, PhaseRun
from schema.types.silences import load_silence
from schema.types.suppliers import Supplier
from schema.types.webhooks import Webhook


@dataclass(frozen=True, slots=True)
class NodeKind:
    """How one type is loaded; `scopes` are what a caller needs to see it."""

    load: Callable[[Info, UUID], Awaitable[Node | None]]
    scopes: tuple[Scope, ...]
    own: Callable[[Actor, UUID], bool] = lambda _actor, _key: False

    def allows(self, actor: Actor, key: UUID) -> bool:
        """Whether this caller may see this row."""
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
    within: Callable[[Reach, Any], bool],
) -> NodeKind:
    """A type whose rows say whose they are: the row is read first, then shown or not."""

    async def load(info: Info, key: UUID) -> Node | None:
        row = await loader(info.context.loaders).load(key)
        return of(row) if row is not None and within(readable(info.context.actor), row) else None

    return NodeKind(load, (Scope.SELF, Scope.DIRECTORY_READ))


NODES: Mapping[str, NodeKind] = {
    "LaunchPhase": _kind(lambda found: found.phase, LaunchPhase.of, Scope.LAUNCH_READ),
    "PhaseRun": _kind(lambda found: found.run, PhaseRun.of, Scope.LAUNCH_READ),
    "FeatureFlag": _kind(lambda found: found.flag, FeatureFlag.of, Scope.FLAGS_READ),
    "Change": _kind(lambda found: found.change, Change.of, Scope.LAUNCH_READ),
    "Incident": _kind(lambda found: found.incident, Incident.of, Scope.INCIDENTS_READ),
    "HealthCheck": NodeKind(load_health_check, (Scope.HEALTH_READ,)),
    "Silence": NodeKind(load_silence, (Scope.INCIDENTS_READ,)),
    "ApiToken": _kind(lambda found: found.token, ApiToken.of, Scope.TOKENS_ADMIN),
    "Mail": _kind(lambda found: found.mail, Mail.of, Scope.LAUNCH_ADMIN),
    "Webhook": _kind(lambda found: found.webhook, Webhook.of, Scope.WEBHOOKS_ADMIN),
    "User": _kind(
        lambda found: found.user,
        User.of,
        Scope.DIRECTORY_READ,
        own=lambda actor, key: actor.user_id == key,
    ),
    "Supplier": _owned(
        lambda found: found.supplier, Supplier.of, lambda reach, row: reach.is_supplier(row.id)
    ),
    "Couple": _owned(
        lambda found: found.couple, Couple.of, lambda reach, row: reach.is_couple(row.id)
    ),
    "Client": _owned(
        lambda found: found.client,
        Client.of,
        lambda reach, row: reach.is_supplier(row.supplier_id),
    ),
    "Invitation": _owned(
        lambda found: found.invitation,
        Invitation.of,
        lambda reach, row: reach.is_supplier(row.supplier_id),
    ),
    "Partnership": _owned(
        lambda found: found.partnership,
        Partnership.of,
        lambda reach, row: reach.is_supplier(row.supplier_id) or reach.is_couple(row.couple_id),
    ),
    "Onboarding": _owned(
        lambda found: found.onboarding,
        Onboarding.of,
        lambda reach, row: reach.is_user(row.user_id),
    ),
}
