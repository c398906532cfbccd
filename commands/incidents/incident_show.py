"""Prints incidents in a terminal, with suspects and timeline."""

from commands.shared.client import Json
from commands.shared.output import cell, remark, show, table

COLUMNS = ("no.", "severity", "status", "what", "times", "began", "taken by", "phase")


def row(incident: Json) -> tuple[object, ...]:
    """A row of the list."""
    return (
        incident["number"],
        incident["severity"],
        incident["status"],
        incident["title"],
        incident["occurrences"],
        moment(incident["currentEpisode"]["beganAt"]),
        taker(incident),
        incident["phase"]["key"] if incident["phase"] else "",
    )


def show_incident(incident: Json) -> None:
    """Print an incident in full."""
    show(head(incident), *_facts(incident))
    if incident["suspects"]:
        columns = ("suspect", "score", "at", "change", "revertible", "why")
        show(table(columns, map(_suspect, enumerate(incident["suspects"], 1))))
    show(table(("at", "what happened"), map(_entry, incident["timeline"]["nodes"])))
    if incident["timeline"]["pageInfo"]["hasNextPage"]:
        remark("There is more: --markdown shows it.")


def head(incident: Json) -> str:
    """An incident in one line."""
    return f"#{incident['number']} {incident['severity']} {incident['status']}: {incident['title']}"


def taker(incident: Json) -> str:
    """The assignee."""
    if incident["assignee"]:
        return str(incident["assignee"]["email"] or "somebody")
    by = incident["acknowledgedBy"] or {}
    return str(by.get("email") or by.get("name") or "")


def began(incident: Json) -> str:
    """When its current episode began, and the number of the episode."""
    episode = incident["currentEpisode"]
    suffix = f" (episode {episode['number']})" if episode["number"] > 1 else ""
    return f"{moment(episode['beganAt'])}{suffix}"


def moment(at: str | None) -> str:
    """A time for people."""
    return (at or "")[:19].replace("T", " ")


def _facts(incident: Json) -> list[object]:
    lines = [
        ("began", began(incident)),
        ("taken by", taker(incident)),
        ("features", ", ".join(flag["key"] for flag in incident["affectedFeatures"])),
        ("impact", incident["userImpact"]),
        ("resolution", incident["resolutionNotes"]),
    ]
    details = [f"{name}: {value}" for name, value in lines if value]
    return [cell(line) for line in (incident["description"], *details) if line]


def what(change: Json) -> str:
    """A change in a few words."""
    subject = change["subject"] or {}
    return f"{subject.get('key', 'something that is gone')} {change['action']}"


def _suspect(numbered: tuple[int, Json]) -> tuple[object, ...]:
    number, data = numbered
    change = data["change"]
    share = "CONFIRMED" if data["confirmedCause"] else f"{data['score']:.0%}"
    can = "yes" if change["revertible"] else "no"
    return number, share, moment(change["at"]), what(change), can, "; ".join(data["why"])


def _entry(event: Json) -> tuple[object, ...]:
    note = event.get("note")
    return moment(event["at"]), f"{event['summary']}\n{note}" if note else event["summary"]
