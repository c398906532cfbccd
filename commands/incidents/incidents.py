"""`launch incidents`: list, acknowledge, resolve, and revert the cause."""

from enum import StrEnum
from typing import Annotated

import typer

from commands.incidents import incident_documents as documents
from commands.incidents.incident_show import COLUMNS, head, moment, row, show_incident, what
from commands.shared.client import Json as Data
from commands.shared.client import Server, connect
from commands.shared.errors import CommandError
from commands.shared.options import Json, Token, Url, Yes
from commands.shared.output import confirm, echo, show, show_json, switch, table

app = typer.Typer(no_args_is_help=True, help="Incidents.")

Number = Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="The number of the incident.")]
Note = Annotated[str | None, typer.Option(help="A note for the timeline.")]


class Level(StrEnum):
    """The severities."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@app.command("list")
def list_incidents(
    everything: Annotated[
        bool, typer.Option("--all", help="Include resolved and closed ones.")
    ] = False,
    severity: Annotated[
        list[Level] | None, typer.Option(help="Only this severity; can be repeated.")
    ] = None,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """List incidents, newest first; only open ones unless --all is set."""
    incidents = connect(url, token).every(
        documents.LIST,
        "incidents",
        severity=[item.name for item in severity or []] or None,
        status=None if everything else ["OPEN", "INVESTIGATING"],
    )
    show_json(incidents) if as_json else show(table(COLUMNS, map(row, incidents)))


@app.command("show")
def show_one(
    number: Number,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the report for a postmortem.")
    ] = False,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Show an incident with its suspects and timeline."""
    server = connect(url, token)
    if markdown:
        echo(_find_incident(server, number, documents.REPORT)["report"], newline=False)
        return
    incident = _find_incident(server, number, documents.SHOW)
    show_json(incident) if as_json else show_incident(incident)


@app.command()
def ack(number: Number, note: Note = None, url: Url = None, token: Token = None) -> None:
    """Acknowledge an incident: reminders and escalation stop."""
    _change_status(connect(url, token), number, documents.TAKE, note=note)


@app.command()
def resolve(
    number: Number,
    notes: Annotated[str, typer.Option(help="How it was resolved.")],
    url: Url = None,
    token: Token = None,
) -> None:
    """Resolve an incident."""
    _change_status(connect(url, token), number, documents.RESOLVE, notes=notes)


@app.command()
def reopen(number: Number, note: Note = None, url: Url = None, token: Token = None) -> None:
    """Reopen a resolved or closed incident."""
    _change_status(connect(url, token), number, documents.REOPEN, note=note)


@app.command()
def close(number: Number, url: Url = None, token: Token = None) -> None:
    """Close a resolved incident."""
    _change_status(connect(url, token), number, documents.CLOSE)


@app.command()
def revert(
    number: Number,
    reason: Annotated[str, typer.Option(help="The reason, for the audit.")],
    suspect: Annotated[
        int | None,
        typer.Option(min=1, max=20, help="The number from `show`. Default: the first revertible."),
    ] = None,
    yes: Yes = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Revert the change that is the most likely cause; the incident stays open."""
    server = connect(url, token)
    change_and_score = _find_suspect(
        _find_incident(server, number, documents.SUSPECTS)["suspects"], number, suspect
    )
    change = change_and_score["change"]
    show(f"{what(change)} at {moment(change['at'])}: {'; '.join(change_and_score['why'])}")
    confirm("Revert this change?", yes=yes)
    flag = server.change(documents.REVERT, id=change["id"], reason=reason)["flag"]
    show(f"{flag['key']} {switch(flag['enabled'])} {flag['rolloutPercentage']} %")


def _find_incident(server: Server, number: int, document: str = documents.FIND) -> Data:
    incidents = server.ask(document, number=number)["incidents"]["nodes"]
    if not incidents:
        raise CommandError(f"There is no incident {number}: see `launch incidents list --all`.")
    return incidents[0]


def _change_status(server: Server, number: int, document: str, **fields: object) -> None:
    incident = _find_incident(server, number)
    show(head(server.change(document, id=incident["id"], **fields)["incident"]))


def _find_suspect(suspects: list[Data], number: int, place: int | None) -> Data:
    if place is not None:
        matching = suspects[place - 1 : place]
    else:
        matching = [item for item in suspects if item["change"]["revertible"]]
    if not matching:
        raise CommandError(f"No suspected change of incident {number} can be reverted.")
    return matching[0]
