"""`launch alerts silence`, `silences` and `unsilence`: no alerts during planned work (A28)."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from commands.alerting.alerts import at
from commands.shared.client import Json as Data
from commands.shared.client import connect
from commands.shared.errors import CommandError
from commands.shared.options import Json, Token, Url
from commands.shared.output import show, show_json, table

_SILENCE = "id startsAt endsAt reason checks holdsCriteria endedEarly status"
CREATE = f"""
mutation Silence($input: CreateSilenceInput!) {{
  createSilence(input: $input) {{ silence {{ {_SILENCE} }} errors {{ message }} }}
}}
"""
END = f"""
mutation Unsilence($id: ID!) {{
  endSilence(id: $id) {{ silence {{ {_SILENCE} }} errors {{ message }} }}
}}
"""
LIST = f"""
query Silences($past: Boolean!, $after: String) {{
  silences(past: $past, first: 100, after: $after) {{
    nodes {{ {_SILENCE} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
COLUMNS = ("state", "checks", "from", "until", "criteria", "reason", "id")
_LENGTH = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Check(StrEnum):
    """The checks, as typed on the command line."""

    DATABASE = "database"
    API = "api"
    AUTH = "auth"
    EMAIL = "email"
    REALTIME = "realtime"


def silence(
    length: Annotated[str, typer.Argument(metavar="LENGTH", help="Such as 30m, 2h or 1d.")],
    reason: Annotated[str, typer.Option(help="The planned work; everybody can read it.")],
    check: Annotated[
        list[Check] | None, typer.Option(help="The check; can be repeated. Default: all.")
    ] = None,
    start: Annotated[
        datetime | None, typer.Option(help="The start, in your time zone. Default: now.")
    ] = None,
    judge: Annotated[
        bool, typer.Option("--judge", help="Judge success criteria all the same.")
    ] = False,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Silence the alerts of checks while you work on them."""
    begin = start.astimezone() if start is not None else datetime.now(UTC)
    fields = {
        "startsAt": begin.isoformat() if start is not None else None,
        "endsAt": (begin + length_of(length)).isoformat(),
        "reason": reason,
        "checks": [item.name for item in check or []],
        "holdsCriteria": not judge,
    }
    _print(connect(url, token).change(CREATE, input=fields)["silence"], as_json=as_json)


def list_silences(
    everything: Annotated[bool, typer.Option("--all", help="Include ended ones.")] = False,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """List silences, newest first."""
    silences = connect(url, token).every(LIST, "silences", past=everything)
    show_json(silences) if as_json else show(table(COLUMNS, map(_row, silences)))


def unsilence(
    id: Annotated[
        str | None, typer.Argument(help="The id from `silences`. Default: the only one.")
    ] = None,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """End a silence now: checks that still fail are announced."""
    server = connect(url, token)
    if id is None:
        silences = server.every(LIST, "silences", past=False)
        if len(silences) != 1:
            raise CommandError(f"There are {len(silences)} silences: see `launch alerts silences`.")
        id = silences[0]["id"]
    _print(server.change(END, id=id)["silence"], as_json=as_json)


def length_of(text: str) -> timedelta:
    """Parse `30m`, `2h` or `1d`; raises CommandError."""
    match = _LENGTH.fullmatch(text.strip().lower())
    if match is None:
        raise CommandError(f"{text!r} is not a length such as 30m, 2h or 1d.")
    return timedelta(**{_UNITS[match.group(2)]: int(match.group(1))})


def _print(silence: Data, *, as_json: bool) -> None:
    show_json(silence) if as_json else show(table(COLUMNS, [_row(silence)]))


def _row(silence: Data) -> tuple[object, ...]:
    return (
        silence["status"],
        ", ".join(silence["checks"]) or "all",
        at(silence["startsAt"]),
        at(silence["endsAt"]),
        "wait" if silence["holdsCriteria"] else "judged",
        silence["reason"],
        silence["id"],
    )
