"""`launch admin` and `launch token`: who may come in, decided on the server itself."""

from enum import StrEnum
from typing import Annotated

import typer

from commands.shared.errors import CommandError
from commands.shared.options import Json

token = typer.Typer(no_args_is_help=True, help="Keys for tools (on the server).")


class StaffRole(StrEnum):
    """What `launch admin` can make somebody."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


def admin(
    email: Annotated[str | None, typer.Option(help="Whose account. --first: ADMIN_EMAIL.")] = None,
    password: Annotated[
        str | None,
        typer.Option(envvar="LAUNCH_PASSWORD", help="Left out: asked for, where you can be asked."),
    ] = None,
    role: Annotated[
        StaffRole | None, typer.Option(help="New people without one become admins.")
    ] = None,
    first: Annotated[
        bool, typer.Option("--first", help="Only where there is no admin; prints a new password.")
    ] = False,
) -> None:
    """Create somebody who may operate launches, or change their role or password.

    A change ends all their sessions.
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
    name: Annotated[str, typer.Argument(help="What the tool is called.")],
    scope: Annotated[list[str], typer.Option(help="A right, such as flags:read; repeat it.")],
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Left out: for ever.")] = None,
) -> None:
    """Make a token and print its secret, once."""
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
    """Show all tokens, revoked ones too. Secrets are never shown again."""
    from commands.accounts import tokens  # noqa: PLC0415 - heavy

    tokens.list_all(as_json=as_json)


@token.command("revoke")
def revoke_token(
    id_or_prefix: Annotated[str, typer.Argument(metavar="ID_OR_PREFIX", help="Which.")],
) -> None:
    """Take a token back; its open streams end too."""
    from commands.accounts import tokens  # noqa: PLC0415 - heavy

    tokens.revoke(id_or_prefix)
