"""Fields about the caller's own account: e-mail, sessions, data, deletion (S13)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.scalars import JSON, EmailAddress
from schema.sign_in import check_authenticated, delete_session_cookie, login_throttle
from schema.types.account_life import DeleteAccountPayload, EmailPayload, LoginSession
from schema.types.node import decode_id
from services.accounts import email_confirmations, personal_data_export, sessions
from services.marketplace import account_deletion

Id = Annotated[strawberry.ID, strawberry.argument(description="The session.")]
NewEmail = Annotated[
    EmailAddress, strawberry.argument(description="The address that the link is sent to.")
]
Token = Annotated[
    str, strawberry.argument(description="The token from the link, which works once.")
]
Current = Annotated[
    str | None, strawberry.argument(description="Required if the account has a password.")
]


async def my_sessions(info: Info) -> list[LoginSession]:
    """The sessions of the caller, newest first; at most a hundred."""
    async with info.context.db.read() as session:
        rows = await sessions.open_ones(session, info.context.actor, info.context.now)
    return [LoginSession.of(row, info) for row in rows]


async def export_my_data(info: Info) -> JSON:
    """All stored data of the caller, at most 5000 rows of a kind; `truncated` names the rest."""
    async with info.context.db.read() as session:
        return JSON(
            await personal_data_export.export(session, info.context.actor, info.context.now)
        )


async def revoke_session(info: Info, id: Id) -> bool:
    """End one session of the caller; false if there is no such session."""
    key = decode_id(id, "LoginSession")
    async with info.context.db.write() as uow:
        return await sessions.end_own(uow, info.context.actor, key)


async def revoke_other_sessions(info: Info) -> int:
    """End all other sessions of the caller; returns their number."""
    async with info.context.db.write() as uow:
        return await sessions.end_others(uow, info.context.actor)


async def request_email_confirmation(info: Info) -> EmailPayload:
    """E-mail a new link that confirms the caller's address; the earlier link ends."""
    email = await email_confirmations.ask_again(login_throttle(info.context), info.context.actor)
    return EmailPayload(email=EmailAddress(email))


async def change_email(
    info: Info, new_email: NewEmail, current_password: Current = None
) -> EmailPayload:
    """E-mail a link to a new address, which replaces the old one when the link is opened."""
    done = await email_confirmations.change_email(
        login_throttle(info.context), info.context.actor, new_email, current_password
    )
    return EmailPayload(email=EmailAddress(done))


async def confirm_email(info: Info, token: Token) -> EmailPayload:
    """Confirm an e-mail address with the token from the link; needs no log-in."""
    check_authenticated(info.context)
    email = await email_confirmations.confirm(login_throttle(info.context), token)
    return EmailPayload(email=EmailAddress(email))


async def delete_my_account(info: Info, current_password: Current = None) -> DeleteAccountPayload:
    """Delete the caller's account and their data for good."""
    where, actor = login_throttle(info.context), info.context.actor
    await account_deletion.delete_own(where, actor, current_password)
    delete_session_cookie(info.context)
    return DeleteAccountPayload(deleted=True)
