"""`launch admin` and `launch token`: accounts and API tokens, managed on the server itself."""

from enum import StrEnum
from typing import Annotated

import typer

from commands.shared.errors import CommandError
from commands.shared.options import Json

token = typer.Typer(no_args_is_help=True, help="API tokens (on the server).")


class StaffRole(StrEnum):
    """The roles that `launch admin` can grant."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


def admin(
    email: Annotated[
        str | None, typer.Option(help="The account. With --first: ADMIN_EMAIL.")
    ] = None,
    password: Annotated[
        str | None,
        typer.Option(envvar="LAUNCH_PASSWORD", help="Default: a prompt, on a terminal."),
    ] = None,
    role: Annotated[
        StaffRole | None, typer.Option(help="Default for a new account: admin.")
    ] = None,
    first: Annotated[
        bool, typer.Option("--first", help="Only if there is no admin; prints a new password.")
    ] = False,
) -> None:
    """Create an account that may operate launches, or change its role or password.

    A change ends all sessions of the account.
    """
    from commands.accounts import staff  # noqa: PLC0415 - heavy
    from domain.actors import Role  # noqa: PLC0415

    if first:
        if role not in (None, StaffRole.ADMIN):
            raise typer.BadParameter("the first one is an admin", param_hint="--role")
        staff.run_first(email, password)
    elif email is None:
        raise typer.BadParameter("give --email, or --first", param_hint="--email")
    else:
        staff.run_set(email, Role(role) if role else None, password)


@token.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="The name of the token.")],
    scope: Annotated[list[str], typer.Option(help="A scope, such as flags:read; can be repeated.")],
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Days until it expires. Default: never.")
    ] = None,
) -> None:
    """Create an API token and print its secret, once."""
    from commands.accounts import tokens  # noqa: PLC0415 - heavy
    from domain.actors import Scope  # noqa: PLC0415

    scopes = {item.value: item for item in Scope}
    unknown = [text for text in scope if text not in scopes]
    if unknown:
        raise CommandError(
            f"There is no scope {unknown[0]!r}; there are {', '.join(sorted(scopes))}."
        )
    tokens.create(name, [scopes[text] for text in scope], days)


@token.command("list")
def list_tokens(as_json: Json = False) -> None:
    """List all tokens, including revoked ones. Secrets are never shown again."""
    from commands.accounts import tokens  # noqa: PLC0415 - heavy

    tokens.list_all(as_json=as_json)


@token.command("revoke")
def revoke_token(
    id_or_prefix: Annotated[str, typer.Argument(metavar="ID_OR_PREFIX", help="The token.")],
) -> None:
    """Revoke a token; its open streams end too."""
    from commands.accounts import tokens  # noqa: PLC0415 - heavy

    tokens.revoke(id_or_prefix)
