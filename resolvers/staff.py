"""Fields about the staff, who operate launches (A53)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.enums import Role
from schema.pagination import After, Before, First, Last, Page, connection, moment_cursor
from schema.scalars import EmailAddress
from schema.types.account_life import UserConnection
from schema.types.accounts import ProfilePayload
from schema.types.actors import User
from schema.types.node import decode_id
from services.accounts import staff_changes

Email = Annotated[
    EmailAddress, strawberry.argument(description="The address that the link is sent to.")
]
NewRole = Annotated[Role, strawberry.argument(description="VIEWER, OPERATOR or ADMIN.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="The user.")]
Reason = Annotated[
    str | None,
    strawberry.argument(
        description="The reason, for the audit. It is kept for good, so name nobody."
    ),
]


async def staff(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> UserConnection:
    """The staff, newest first, including disabled accounts."""
    page = Page.of(first, after, last, before)
    async with info.context.db.read() as session:
        rows = await staff_changes.page(session, page.moments())
    return connection(UserConnection, rows, page, cursor=moment_cursor, wrap=User.of)


async def invite_staff(info: Info, email: Email, role: NewRole) -> ProfilePayload:
    """Create an account for the staff and e-mail a link that sets its password."""
    base_url = info.context.runtime.settings.base_url
    async with info.context.db.write() as uow:
        row = await staff_changes.invite(uow, info.context.actor, base_url, email, role)
    return ProfilePayload(user=User.of(row))


async def change_staff_role(info: Info, id: Id, role: NewRole) -> ProfilePayload:
    """Change the role of a member of the staff; their sessions end."""
    key = decode_id(id, "User")
    async with info.context.db.write() as uow:
        row = await staff_changes.change_role(uow, info.context.actor, key, role)
    return ProfilePayload(user=User.of(row))


async def disable_account(info: Info, id: Id, reason: Reason = None) -> ProfilePayload:
    """Disable an account: its sessions and streams end at once. Repeating changes nothing."""
    key = decode_id(id, "User")
    async with info.context.db.write() as uow:
        row = await staff_changes.disable(uow, info.context.actor, key, reason)
    return ProfilePayload(user=User.of(row))


async def enable_account(info: Info, id: Id) -> ProfilePayload:
    """Enable an account again. Repeating changes nothing."""
    key = decode_id(id, "User")
    async with info.context.db.write() as uow:
        row = await staff_changes.enable(uow, info.context.actor, key)
    return ProfilePayload(user=User.of(row))
