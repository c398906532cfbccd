"""The texts of alerts: what is wrong, since when, what changed before, where to look (S117)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.alerting.alerts import Alert, AlertKind
from domain.platform.text_format import format_duration, moment

_MAX_TEXT = 1_000
_MAX_TITLE = 200
_FLAPPING = (
    "The alert is flapping. It is reported as resolved after five minutes without a failure."
)
_LABELS = {
    AlertKind.FIRING: "",
    AlertKind.WORSE: "WORSE ",
    AlertKind.REMINDER: "STILL ",
    AlertKind.ESCALATED: "ESCALATED ",
    AlertKind.RESOLVED: "RESOLVED ",
    AlertKind.TEST: "TEST ",
}


@dataclass(frozen=True, slots=True)
class Briefing:
    """Context from the database, if it answers. `changes` are the suspected ones.

    `title` and `text` describe the current episode of an incident when the message is sent.
    """

    incident: int | None = None
    changes: Sequence[str] | None = None
    away: bool = False
    title: str | None = None
    text: str | None = None


NO_BRIEFING = Briefing()


def as_it_is(alert: Alert, briefing: Briefing) -> Alert:
    """Return the alert with the texts of the current episode of its incident (L5)."""
    title, text = briefing.title or alert.title, briefing.text or alert.text
    return replace(alert, title=title, text=text)


def headline(alert: Alert, kind: AlertKind, now: datetime) -> str:
    """The first line: `[CRITICAL] Database check is critical`."""
    label = f"[{_LABELS[kind]}{alert.severity.upper()}]"
    if kind is AlertKind.RESOLVED:
        label = "[RESOLVED]"
    tail = ""
    if kind in (AlertKind.REMINDER, AlertKind.ESCALATED, AlertKind.RESOLVED):
        tail = f" ({format_duration((alert.resolved_at or now) - alert.since)})"
    return _one_line(f"{label} {alert.title}", _MAX_TITLE) + tail


def body(alert: Alert, kind: AlertKind, briefing: Briefing, link: str, now: datetime) -> str:
    """The message below the headline."""
    lines = [
        _text(alert.text),
        f"Since: {moment(alert.since)} ({format_duration(now - alert.since)} ago)",
    ]
    if kind is AlertKind.RESOLVED:
        ended = alert.resolved_at or now
        lines = [_text(alert.recovery or "It is over."), _duration_line(alert.since, ended)]
    elif kind is AlertKind.ESCALATED:
        waited = timedelta(seconds=alert.escalated_after)
        lines.append(f"Not acknowledged for {format_duration(waited)}.")
    elif alert.flapping:
        lines.append(_FLAPPING)
    if alert.audible_since is not None and kind is AlertKind.FIRING:
        lines.append("It began in a silence that is over now.")
    lines.append(_incident_line(alert, briefing))
    if kind is AlertKind.FIRING and briefing.changes is not None:
        lines += _change_lines(briefing.changes)
    return "\n".join([*filter(None, lines), f"Details: {link}"])


def trial_text(now: datetime, link: str) -> str:
    """The text of a test alert."""
    return f"This is a test, sent at {moment(now)}. Nothing is wrong.\nDetails: {link}"


def _duration_line(since: datetime, ended: datetime) -> str:
    return f"From {moment(since)} to {moment(ended)}: {format_duration(ended - since)}"


def _incident_line(alert: Alert, briefing: Briefing) -> str:
    if briefing.incident is not None:
        acknowledged = ", taken" if alert.acknowledged and alert.open else ""
        return f"Incident: #{briefing.incident}{acknowledged}"
    return "The database does not answer: no incident yet." if briefing.away else ""


def _change_lines(changes: Sequence[str]) -> list[str]:
    if not changes:
        return ["No change of the 15 minutes before is a likely cause."]
    return ["Suspected changes:", *(f"- {_one_line(change, 200)}" for change in changes)]


def _text(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…"


def _one_line(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
