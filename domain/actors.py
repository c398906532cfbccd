"""Who makes a request, and what they may do (A41, A53)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import Forbidden
from domain.ids import CoupleId, SessionId, SupplierId, UserId


class Scope(StrEnum):
    """A permission, printed with a colon (`flags:read`) as API tokens list it."""

    LAUNCH_READ = "launch:read"
    LAUNCH_OPERATE = "launch:operate"
    LAUNCH_ADMIN = "launch:admin"
    FLAGS_READ = "flags:read"
    FLAGS_WRITE = "flags:write"
    METRICS_READ = "metrics:read"
    METRICS_WRITE = "metrics:write"
    HEALTH_READ = "health:read"
    INCIDENTS_READ = "incidents:read"
    INCIDENTS_WRITE = "incidents:write"
    DIRECTORY_READ = "directory:read"
    DIRECTORY_WRITE = "directory:write"
    WEBHOOKS_ADMIN = "webhooks:admin"
    TOKENS_ADMIN = "tokens:admin"
    PEOPLE_READ = "people:read"
    MESSAGES_MODERATE = "messages:moderate"
    SELF = "self"


class Role(StrEnum):
    """The role of a person."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    SUPPLIER = "supplier"
    COUPLE = "couple"


STAFF = frozenset({Role.VIEWER, Role.OPERATOR, Role.ADMIN})


class UserType(StrEnum):
    """The side of the marketplace to which a person belongs."""

    SUPPLIER = "supplier"
    COUPLE = "couple"
    ADMIN = "admin"


class VendorType(StrEnum):
    """The trade of a supplier (S7)."""

    PHOTOGRAPHER = "photographer"
    VENUE = "venue"
    CATERING = "catering"
    FLORIST = "florist"
    MUSIC = "music"
    OTHER = "other"


_VIEWER = frozenset(
    {
        Scope.LAUNCH_READ,
        Scope.FLAGS_READ,
        Scope.METRICS_READ,
        Scope.HEALTH_READ,
        Scope.INCIDENTS_READ,
        Scope.DIRECTORY_READ,
        Scope.PEOPLE_READ,
        Scope.SELF,
    }
)
_OPERATOR = _VIEWER | {Scope.LAUNCH_OPERATE, Scope.FLAGS_WRITE, Scope.INCIDENTS_WRITE}

ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: _VIEWER,
    Role.OPERATOR: _OPERATOR,
    Role.ADMIN: frozenset(Scope),
    Role.SUPPLIER: frozenset({Scope.SELF}),
    Role.COUPLE: frozenset({Scope.SELF}),
}

USER_TYPES: dict[Role, UserType] = {
    Role.VIEWER: UserType.ADMIN,
    Role.OPERATOR: UserType.ADMIN,
    Role.ADMIN: UserType.ADMIN,
    Role.SUPPLIER: UserType.SUPPLIER,
    Role.COUPLE: UserType.COUPLE,
}


class ActorKind(StrEnum):
    """What kind of caller made a change."""

    USER = "user"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class ActorRef:
    """The author of a change as the audit stores it: readable after the account is deleted."""

    kind: ActorKind
    id: UUID | None
    label: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a request. `label` is an e-mail address, a token's name or a component."""

    kind: ActorKind
    id: UUID | None
    label: str
    scopes: frozenset[Scope] = frozenset()
    role: Role | None = None
    session_id: SessionId | None = None
    vendor_type: VendorType | None = None
    supplier_id: SupplierId | None = None
    couple_id: CoupleId | None = None
    expires_at: datetime | None = None

    @property
    def ref(self) -> ActorRef:
        """The reference to this actor that the audit stores."""
        return ActorRef(self.kind, self.id, self.label)

    @property
    def user_id(self) -> UserId | None:
        """The person's id; None for tokens, the system and visitors."""
        return UserId(self.id) if self.kind is ActorKind.USER and self.id else None

    @property
    def credential_id(self) -> UUID | None:
        """The session or API token of this actor; None for visitors."""
        return self.id if self.kind is ActorKind.TOKEN else self.session_id

    @property
    def is_anonymous(self) -> bool:
        """True for a visitor without a session or token."""
        return self.kind is ActorKind.ANONYMOUS

    def is_expired(self, now: datetime) -> bool:
        """True from the expiry of the credential on."""
        return self.expires_at is not None and self.expires_at <= now

    @property
    def sees_private_data(self) -> bool:
        """True if texts may show this actor e-mail addresses (SEC10).

        People see what their role shows them; a token needs the scope `people:read`. The result
        depends on the scopes only, so callers with equal scopes can share a response.
        """
        return not self.scopes or not self.scopes.isdisjoint({Scope.PEOPLE_READ, Scope.SELF})

    def allows(self, any_of: Iterable[Scope]) -> bool:
        """True if the actor has at least one of the scopes."""
        return not self.scopes.isdisjoint(any_of)


def check_sees_private_data(actor: Actor, *path: str) -> None:
    """Raise Forbidden for callers who may not search people by e-mail address (SEC10)."""
    if not actor.sees_private_data:
        raise Forbidden(f"This needs the scope {Scope.PEOPLE_READ.value}.", path=path)


ANONYMOUS = Actor(ActorKind.ANONYMOUS, None, "anonymous")


def system_actor(component: str) -> Actor:
    """The actor of a component of the system: a worker, a guard, the command line."""
    return Actor(ActorKind.SYSTEM, None, component, scopes=frozenset(Scope))
