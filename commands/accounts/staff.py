"""Implements `launch admin`: accounts of the staff."""

import sys

import typer

from commands.shared.db_access import ACTOR, with_database
from commands.shared.environment import own_settings
from commands.shared.errors import CommandError
from commands.shared.output import remark
from db.queries import accounts as queries
from db.session import Database
from domain.actors import Role
from services.accounts import accounts, staff
from services.platform.passwords import Passwords
from settings import Settings


def run_first(email: str | None, password: str | None) -> None:
    """Create the first admin; stdout gets nothing but a generated password."""
    settings = own_settings("database_url")
    chosen = email or settings.admin_email
    created = make_first_admin(settings, chosen, password)
    if created:
        remark(f"The password of {chosen}, shown only this once:")
        typer.echo(created)
    else:
        remark("Created the admin; no password was generated.")


def make_first_admin(settings: Settings, email: str, password: str | None = None) -> str | None:
    """Create an admin if there is none; returns the password that was generated."""
    stored = settings.admin_password.get_secret_value() if settings.admin_password else None
    passwords = Passwords()

    async def work(db: Database) -> str | None:
        async with db.write() as uow:
            return await accounts.create_first_admin(uow, passwords, email, password or stored)

    try:
        return with_database(settings, work)
    finally:
        passwords.close()


def run_set(email: str, role: Role | None, password: str | None) -> None:
    """Create an account, or change its role or password."""
    settings = own_settings("database_url")
    if password is None and sys.stdin.isatty():
        password = _ask(new=not with_database(settings, lambda db: _exists(db, email)))
    passwords = Passwords()

    async def work(db: Database) -> staff.Done:
        async with db.write() as uow:
            return await staff.put(uow, ACTOR, passwords, email, role, password)

    try:
        remark(f"{email}: {with_database(settings, work)}.")
    finally:
        passwords.close()


async def _exists(db: Database, email: str) -> bool:
    async with db.read() as session:
        return await queries.user_by_email(session, email) is not None


def _ask(*, new: bool) -> str | None:
    """Prompt for a password without showing it; an existing account may keep its own."""
    label = "Password" if new else "New password (empty: stays as it is)"
    first: str = typer.prompt(label, hide_input=True, default="", show_default=False, err=True)
    if first and typer.prompt("Again", hide_input=True, err=True) != first:
        raise CommandError("The passwords differ; nothing was changed.")
    return first or None
