"""The caller's sessions, e-mail and account, and the staff (S13, A53)."""

from datetime import datetime

import strawberry

from db.models import accounts as rows
from domain.errors import LaunchError
from schema.context import Info
from schema.pagination import Connection
from schema.scalars import EmailAddress
from schema.types.actors import User
from schema.types.errors import Error
from schema.types.node import node_id
from services.accounts import staff_changes


@strawberry.type(description="A device that is logged in.")
class LoginSession:
    """A session of the caller; its token is never shown again."""

    id: strawberry.ID = strawberry.field(description="For revokeSession.")
    created_at: datetime = strawberry.field(description="When the session began.")
    expires_at: datetime = strawberry.field(description="When it expires.")
    ip: str | None = strawberry.field(description="The IP address.")
    user_agent: str | None = strawberry.field(description="The user agent of the browser.")
    current: bool = strawberry.field(description="Whether it is the caller's own session.")

    @classmethod
    def of(cls, row: rows.Session, info: Info) -> "LoginSession":
        """Build the object from a database row."""
        return cls(
            id=node_id("LoginSession", row.id),
            created_at=row.created_at,
            expires_at=row.expires_at,
            ip=row.ip,
            user_agent=row.user_agent,
            current=row.id == info.context.actor.session_id,
        )


@strawberry.type(description="A page of people.")
class UserConnection(Connection[User]):
    """A page whose total is counted only if it is selected."""

    @strawberry.field(description="How many there are.")
    async def total_count(self, info: Info) -> int:
        """Count with one additional statement."""
        async with info.context.db.read() as session:
            return await staff_changes.count(session)


@strawberry.type(description="The address that an e-mail was sent to, or that is confirmed.")
class EmailPayload:
    """The payload of mutations of the caller's e-mail address."""

    email: EmailAddress | None = strawberry.field(default=None, description="The e-mail address.")
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "EmailPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="The account, after it has accepted documents.")
class DocumentsPayload:
    """The answer of acceptDocuments."""

    user: User | None = strawberry.field(default=None, description="The account.")
    errors: list[Error] = strawberry.field(default_factory=list, description="What was wrong.")

    @classmethod
    def failed(cls, error: LaunchError) -> "DocumentsPayload":
        """The answer to an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="The result of deleting an account.")
class DeleteAccountPayload:
    """The payload of `deleteMyAccount`."""

    deleted: bool = strawberry.field(
        default=False, description="True: the account is deleted for good."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "DeleteAccountPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
