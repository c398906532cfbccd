"""`launch login` and `launch logout`: sessions of the command line."""

import sys
from typing import Annotated

import typer

from commands.shared import credentials_file
from commands.shared.client import Server, connect
from commands.shared.errors import CommandError
from commands.shared.options import Token, Url
from commands.shared.output import remark

LOG_IN = """
mutation LogIn($email: EmailAddress!, $password: String!) {
  logIn(email: $email, password: $password) {
    session { accessToken expiresAt user { email role } }
    errors { message }
  }
}
"""
LOG_OUT = "mutation LogOut { logOut }"


def login(
    email: Annotated[str, typer.Argument(help="Your e-mail address.")],
    url: Url = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the token instead of storing it.")
    ] = False,
) -> None:
    """Log in, and keep the session for later commands.

    The password is prompted for, or read from the first line of a pipe. The token is stored for
    this URL in ~/.config/wedsync-launch/tokens.json (XDG_CONFIG_HOME is respected), readable by
    you alone. LAUNCH_TOKEN and --token take precedence.
    """
    if not show:
        credentials_file.check()
    server = connect(url, None)
    session = Server(server.url).change(LOG_IN, email=email, password=_password())["session"]
    if show:
        typer.echo(session["accessToken"])
        return
    credentials_file.store(server.url, session["accessToken"])
    user = session["user"]
    remark(f"Logged in at {server.url} as {user['email']} ({user['role'].lower()}).")
    place = credentials_file.path()
    remark(f"The session lasts until {session['expiresAt'][:10]}; it is kept in {place}.")


def logout(url: Url = None, token: Token = None) -> None:
    """End the session, and delete the stored token."""
    server = connect(url, token)
    try:
        server.ask(LOG_OUT)
    finally:
        credentials_file.store(server.url, None)
    remark(f"Logged out at {server.url}.")


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, err=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise CommandError("A password is needed on standard input.")
    return line
