"""Implements `launch token`: API tokens, created on the server."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import typer

from commands.shared.db_access import ACTOR, with_database
from commands.shared.environment import own_settings
from commands.shared.errors import CommandError
from commands.shared.output import remark, show, show_json, table
from db.models.accounts import ApiToken
from db.session import Database
from domain.actors import Scope
from services.accounts import api_tokens
from services.accounts.api_tokens import NewToken
from services.platform.credentials import API_TOKEN_PREFIX


def create(name: str, scopes: Sequence[Scope], days: int | None) -> None:
    """Create a token; only its secret goes to stdout."""
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None

    async def work(db: Database) -> NewToken:
        async with db.write() as uow:
            return await api_tokens.create_token(uow, ACTOR, name, scopes, expires_at)

    created = with_database(own_settings("database_url"), work)
    until = f"until {expires_at:%Y-%m-%d}" if expires_at else "for ever"
    remark(f"Token {created.row.prefix} holds {', '.join(created.row.scopes)} {until}.")
    remark("The secret, which is shown only once:")
    typer.echo(created.secret)


def list_all(*, as_json: bool) -> None:
    """List all tokens, newest first."""
    rows = with_database(own_settings("database_url"), _all)
    if as_json:
        show_json([_as_json(row) for row in rows])
        return
    columns = ("prefix", "name", "scopes", "made", "expires", "last used", "state")
    show(table(columns, (_cells(row) for row in rows)))


def revoke(id_or_prefix: str) -> None:
    """Revoke a token; its streams end within seconds."""

    async def work(db: Database) -> ApiToken:
        row = _find_token(await _all(db), id_or_prefix)
        async with db.write() as uow:
            return await api_tokens.revoke_token(uow, ACTOR, row.id)

    row = with_database(own_settings("database_url"), work)
    remark(f"Token {row.prefix} ({row.name}) is revoked.")


async def _all(db: Database) -> list[ApiToken]:
    async with db.read() as session:
        return await api_tokens.list_tokens(session)


def _find_token(rows: Sequence[ApiToken], id_or_prefix: str) -> ApiToken:
    matching = [row for row in rows if _matches(row, id_or_prefix)]
    if len(matching) == 1:
        return matching[0]
    how_many = "No token has" if not matching else f"{len(matching)} tokens have"
    raise CommandError(f"{how_many} this id or prefix: see `launch token list`.")


def _matches(row: ApiToken, id_or_prefix: str) -> bool:
    """True for its id, for the prefix of its secret as lists show it, and for the whole secret."""
    fits = row.prefix.startswith(id_or_prefix) or id_or_prefix.startswith(row.prefix)
    return str(row.id) == id_or_prefix or (fits and len(id_or_prefix) > len(API_TOKEN_PREFIX))


def _state(row: ApiToken) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
        return "expired"
    return "ok"


def _cells(row: ApiToken) -> tuple[object, ...]:
    return (
        row.prefix,
        row.name,
        ", ".join(row.scopes),
        *(_day(moment) for moment in (row.created_at, row.expires_at, row.last_used_at)),
        _state(row),
    )


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _as_json(row: ApiToken) -> dict[str, object]:
    moments = {
        "createdAt": row.created_at,
        "expiresAt": row.expires_at,
        "revokedAt": row.revoked_at,
    }
    return {
        "id": str(row.id),
        "prefix": row.prefix,
        "name": row.name,
        "scopes": row.scopes,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }
