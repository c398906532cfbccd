"""Actors: people, API tokens and the system."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from db.models import accounts as rows
from domain.actors import STAFF, USER_TYPES, ActorKind, ActorRef
from domain.platform.row_scope import readable
from schema.context import Info
from schema.enums import Role, Scope, UserType
from schema.planned import column, computed, scoped_column
from schema.scalars import EmailAddress
from schema.types.legal import LegalDocument
from schema.types.node import Node, node_id
from services.accounts import legal_documents

if TYPE_CHECKING:
    from schema.types.couples import Couple
    from schema.types.suppliers import Supplier


@strawberry.type(description="A person with an account.")
class User(Node):
    """An account, as its owner and admins see it."""

    user_type: UserType = strawberry.field(
        description="The user type.",
        metadata=computed(USER_TYPES.__getitem__, rows.User.role),
    )
    role: Role = strawberry.field(description="The role.", metadata=column(rows.User.role))
    row: strawberry.Private[rows.User]
    own: strawberry.Private[bool] = False

    @strawberry.field(
        description="The e-mail address of the account; of the staff null without the scope "
        "`people:read`.",
        metadata=scoped_column(rows.User.email, Scope.PEOPLE_READ),
    )
    def email(self, info: Info) -> EmailAddress | None:
        """Shown to themselves, and to others by scope (SEC10)."""
        return EmailAddress(self.row.email) if self._shows_identity(info) else None

    @strawberry.field(description="When they confirmed the e-mail address; null for other callers.")
    def email_verified_at(self, info: Info) -> datetime | None:
        """Return null for others, and if it was never proved."""
        return self.row.email_verified_at if self._sees_private_data(info) else None

    @strawberry.field(description="When they last logged in; null for other callers.")
    def last_login_at(self, info: Info) -> datetime | None:
        """Return null for others, and if they never logged in."""
        return self.row.last_login_at if self._sees_private_data(info) else None

    @strawberry.field(description="When the account was disabled; null for other callers.")
    def disabled_at(self, info: Info) -> datetime | None:
        """Return null for others, and if the account is enabled."""
        return self.row.disabled_at if self._sees_private_data(info) else None

    @strawberry.field(description="Their supplier profile; null for other callers.")
    async def supplier(
        self, info: Info
    ) -> Annotated["Supplier", strawberry.lazy("schema.types.suppliers")] | None:
        """Load the business of a supplier."""
        from schema.types.suppliers import Supplier  # noqa: PLC0415 - it imports this module

        if USER_TYPES[self.row.role] is not UserType.SUPPLIER or not self._sees_private_data(info):
            return None
        row = await info.context.loaders.supplier_of_user.load(self.row.id)
        return Supplier.of(row, own=self.own) if row else None

    @strawberry.field(description="Their couple profile; null for other callers.")
    async def couple(
        self, info: Info
    ) -> Annotated["Couple", strawberry.lazy("schema.types.couples")] | None:
        """Load the wedding of a couple."""
        from schema.types.couples import Couple  # noqa: PLC0415 - it imports this module

        if USER_TYPES[self.row.role] is not UserType.COUPLE or not self._sees_private_data(info):
            return None
        row = await info.context.loaders.couple_of_user.load(self.row.id)
        owner = self.row.id if self.own else None
        return Couple.of(row, owner=owner) if row else None

    @strawberry.field(
        description="Terms and privacy in versions that they have still to accept; none for others "
        "to see, nor for the staff."
    )
    async def documents_to_accept(self, info: Info) -> list[LegalDocument]:
        """Of suppliers and couples."""
        is_own = self.own or info.context.actor.user_id == self.row.id
        if not is_own or self.row.role in STAFF:
            return []
        accepted = await info.context.loaders.start_page.accepted_documents.load(self.row.id)
        return [LegalDocument.of(item) for item in legal_documents.pending(accepted or ())]

    def _sees_private_data(self, info: Info) -> bool:
        """Whether the caller sees all fields of the row."""
        is_readable = self.own or readable(info.context.actor).reaches_user(self.row.id)
        return is_readable and self._shows_identity(info)

    def _shows_identity(self, info: Info) -> bool:
        """Whether the caller may know who it is: themselves, and others by scope."""
        actor = info.context.actor
        if self.own or actor.user_id == self.row.id:
            return True
        if self.row.role in STAFF:
            return actor.allows((Scope.PEOPLE_READ,))
        return actor.allows((Scope.PEOPLE_READ, Scope.DIRECTORY_READ))

    @classmethod
    def of(cls, row: rows.User, *, own: bool = False) -> "User":
        """Build the object from a row; `own`: the response logs this person in."""
        return cls(
            row=row,
            own=own,
            id=node_id("User", row.id),
            user_type=USER_TYPES[row.role],
            role=row.role,
        )


def _known_scopes(names: list[str]) -> list[Scope]:
    """Return the scopes by name; scopes of a newer release are left out."""
    scopes = {scope.value: scope for scope in Scope}
    return [scopes[name] for name in names if name in scopes]


@strawberry.type(description="An API token. Its secret is shown once, when it is created.")
class ApiToken(Node):
    """A token without its secret (A41)."""

    name: str = strawberry.field(
        description="The name of the token.", metadata=column(rows.ApiToken.name)
    )
    prefix: str = strawberry.field(
        description="The prefix of the secret, to recognise it.",
        metadata=column(rows.ApiToken.prefix),
    )
    scopes: list[Scope] = strawberry.field(
        description="The granted scopes.", metadata=computed(_known_scopes, rows.ApiToken.scopes)
    )
    expires_at: datetime | None = strawberry.field(
        description="When it expires.", metadata=column(rows.ApiToken.expires_at)
    )
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used.", metadata=column(rows.ApiToken.last_used_at)
    )
    revoked_at: datetime | None = strawberry.field(
        description="When it was revoked.", metadata=column(rows.ApiToken.revoked_at)
    )

    @classmethod
    def of(cls, row: rows.ApiToken) -> "ApiToken":
        """Build the object from a database row."""
        return cls(
            id=node_id("ApiToken", row.id),
            name=row.name,
            prefix=row.prefix,
            scopes=_known_scopes(row.scopes),
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )


@strawberry.type(description="The system itself.")
class SystemActor:
    """A part of the system, or a person whose account is deleted."""

    component: str = strawberry.field(description="The component, such as `worker` or `ramp`.")


Actor = Annotated[
    User | ApiToken | SystemActor,
    strawberry.union("Actor", description="Who did it: a person, a tool or the system."),
]


async def load_actor(info: Info, ref: ActorRef) -> User | ApiToken | SystemActor:
    """Load the actor of a reference; if the account is deleted, the label in the audit is shown."""
    if ref.id is not None and ref.kind is ActorKind.USER:
        user = await info.context.loaders.user.load(ref.id)
        if user is not None:
            return User.of(user)
    if ref.id is not None and ref.kind is ActorKind.TOKEN:
        token = await info.context.loaders.token.load(ref.id)
        if token is not None:
            return ApiToken.of(token)
    return SystemActor(component=ref.label)
