"""Fields about accounts: the caller, login, passwords and API tokens (S29 to S32, A41)."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.actors import Scope
from schema.context import Context, Info
from schema.scalars import EmailAddress
from schema.sign_in import (
    check_authenticated,
    delete_session_cookie,
    login_throttle,
    set_session_cookie,
)
from schema.types.accounts import (
    ProfilePayload,
    Session,
    SessionPayload,
    SignUpInput,
    TokenPayload,
)
from schema.types.actors import ApiToken, User
from schema.types.node import decode_id
from services.accounts import api_tokens as tokens
from services.accounts import log_in_links, password_changes, password_resets, sessions
from services.accounts import sign_up as signing_up
from services.accounts.sessions import OpenSession

Email = Annotated[EmailAddress, strawberry.argument(description="The e-mail of the account.")]
NewPassword = Annotated[
    str, strawberry.argument(description="10 to 1024 characters, other than the e-mail address.")
]


async def viewer(info: Info) -> User | None:
    """The user who is logged in; null for visitors and API tokens."""
    check_authenticated(info.context)
    user_id = info.context.actor.user_id
    row = await info.context.loaders.user.load(user_id) if user_id else None
    return User.of(row) if row else None


async def api_tokens(info: Info) -> list[ApiToken]:
    """API tokens, newest first, including revoked ones. Secrets are never shown again."""
    async with info.context.db.read() as session:
        return [ApiToken.of(row) for row in await tokens.list_tokens(session)]


async def sign_up(
    info: Info,
    input: Annotated[SignUpInput, strawberry.argument(description="The new account.")],
) -> SessionPayload:
    """Create an account and log in. It does not reveal whether the e-mail has an account."""
    opened = await signing_up.sign_up(login_throttle(info.context), input.request())
    return _logged_in(info.context, opened)


async def log_in(
    info: Info,
    email: Email,
    password: Annotated[str, strawberry.argument(description="The password.")],
) -> SessionPayload:
    """Open a session. Attempts are limited by account and address."""
    opened = await sessions.log_in(login_throttle(info.context), email, password)
    return _logged_in(info.context, opened)


async def log_out(info: Info) -> bool:
    """End the session and its streams; false if there was none."""
    delete_session_cookie(info.context)
    check_authenticated(info.context)
    async with info.context.db.write() as uow:
        return await sessions.log_out(uow, info.context.actor)


async def request_password_reset(info: Info, email: Email) -> bool:
    """E-mail a link that sets a new password. Always true, whether or not there is an account."""
    await password_resets.request_password_reset(login_throttle(info.context), email)
    return True


async def reset_password(
    info: Info,
    token: Annotated[
        str, strawberry.argument(description="The token from the link, which works once.")
    ],
    new_password: NewPassword,
) -> SessionPayload:
    """Set a new password, end all sessions and log in."""
    opened = await password_resets.reset_password(login_throttle(info.context), token, new_password)
    return _logged_in(info.context, opened)


async def request_log_in_link(
    info: Info,
    email: Email,
    invitation: Annotated[
        str | None,
        strawberry.argument(description="The code of an invitation that the link leads back to."),
    ] = None,
) -> bool:
    """E-mail a link that logs in. Always true, whether or not there is an account.

    For suppliers and couples; valid for 15 minutes, once, on any device. The staff logs in with a
    password.
    """
    await log_in_links.request_link(login_throttle(info.context), email, invitation)
    return True


async def log_in_by_link(
    info: Info,
    token: Annotated[
        str, strawberry.argument(description="The token from the link, which works once.")
    ],
) -> SessionPayload:
    """Open a session with the token of a log-in link, which works once."""
    opened = await log_in_links.log_in(login_throttle(info.context), token)
    return _logged_in(info.context, opened)


async def change_password(
    info: Info,
    *,
    current_password: Annotated[
        str | None,
        strawberry.argument(description="Required if the account has a password."),
    ] = strawberry.UNSET,
    new_password: NewPassword,
) -> ProfilePayload:
    """Change the caller's password and end their other sessions."""
    user = await password_changes.change_password(
        login_throttle(info.context), info.context.actor, current_password or None, new_password
    )
    return ProfilePayload(user=User.of(user))


async def create_api_token(
    info: Info,
    name: Annotated[str, strawberry.argument(description="The name: 1 to 100 characters.")],
    scopes: Annotated[
        list[Scope], strawberry.argument(description="The scopes: none beyond the caller's own.")
    ],
    expires_at: Annotated[
        datetime | None,
        strawberry.argument(
            description="When it expires; null: never, or with the token that creates it."
        ),
    ] = strawberry.UNSET,
) -> TokenPayload:
    """Create an API token. Its secret is in this response and nowhere else."""
    async with info.context.db.write() as uow:
        actor, until = info.context.actor, expires_at or None
        return TokenPayload.created(await tokens.create_token(uow, actor, name, scopes, until))


async def revoke_api_token(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The token.")],
) -> TokenPayload:
    """Revoke an API token at once. Repeating changes nothing."""
    token_id = decode_id(id, "ApiToken")
    async with info.context.db.write() as uow:
        row = await tokens.revoke_token(uow, info.context.actor, token_id)
        return TokenPayload(token=ApiToken.of(row))


def _logged_in(context: Context, opened: OpenSession) -> SessionPayload:
    set_session_cookie(context, opened.token, opened.expires_at)
    return SessionPayload(session=Session.of(opened))
