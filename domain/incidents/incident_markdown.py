"""The report of an incident as Markdown, for its postmortem (A35)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.platform.markdown import text
from domain.platform.text_format import format_duration

_STEP = "- [ ] "
# Starts a list or a heading although `text` does not escape it.
_BLOCK = re.compile(r"^(\d*)([-=.)])")


@dataclass(frozen=True, slots=True)
class SuspectFact:
    """A change that may have caused the incident, and the reasons."""

    at: datetime
    who: str
    what: str
    score: float
    why: Sequence[str]


@dataclass(frozen=True, slots=True)
class EntryFact:
    """One line of the timeline."""

    at: datetime
    who: str
    summary: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class EpisodeFact:
    """One episode: when it began, was detected and ended, and the last measurement."""

    number: int
    title: str
    began_at: datetime
    detected_at: datetime
    ended_at: datetime | None = None
    explanation: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """The content of a report. `more_events`: events beyond those in the timeline.

    `archived_before`: events before it are no longer in the log (ADR 43).
    """

    number: int
    title: str
    type: str
    severity: str
    status: str
    occurrences: int
    opened_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    description: str | None = None
    user_impact: str | None = None
    affected_features: Sequence[str] = ()
    resolution: str | None = None
    episodes: Sequence[EpisodeFact] = ()
    suspects: Sequence[SuspectFact] = ()
    timeline: Sequence[EntryFact] = ()
    more_events: bool = False
    archived_before: datetime | None = None


def markdown(facts: IncidentFacts) -> str:
    """Render the document."""
    parts = [
        _head(facts),
        _section("What happened", facts.description),
        _episodes(facts.episodes),
        _section("Impact", facts.user_impact),
        _section("Resolution", facts.resolution),
        _suspects(facts.suspects),
        _timeline(facts),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(facts: IncidentFacts) -> str:
    lines = [
        f"- {facts.severity}, {facts.status}, {text(facts.type)}",
        f"- opened {_moment(facts.opened_at)}{_times(facts.occurrences)}",
    ]
    if facts.acknowledged_at is not None:
        acknowledged_at = facts.acknowledged_at
        acknowledged_by = text(facts.acknowledged_by or "somebody")
        after = _after(acknowledged_at - facts.opened_at)
        lines.append(f"- taken {_moment(acknowledged_at)} by {acknowledged_by},{after}")
    if facts.resolved_at is not None:
        over = facts.resolved_at
        lines.append(f"- resolved {_moment(over)},{_after(over - facts.opened_at)}")
    if facts.affected_features:
        lines.append(f"- features: {', '.join(map(text, facts.affected_features))}")
    if facts.archived_before is not None and facts.opened_at < facts.archived_before:
        edge = _moment(facts.archived_before)
        lines.append(f"- events before {edge} are in an archive: the timeline lacks them")
    head = f"# Incident {facts.number}: {text(facts.title)}"
    return "\n".join([head, "", *lines])


def _section(title: str, words: str | None) -> str:
    lines = [_line(line) for line in (words or "").splitlines() if line.strip()]
    return "\n".join([f"## {title}", "", *lines]) if lines else ""


def _line(line: str) -> str:
    """Keep items of a checklist; escape everything else that people wrote."""
    if line.startswith(_STEP):
        return f"{_STEP}{text(line.removeprefix(_STEP))}"
    return f"{_BLOCK.sub(_escaped, text(line))}  "  # two blanks keep the line break


def _escaped(begin: re.Match[str]) -> str:
    return f"{begin[1]}\\{begin[2]}"


def _episodes(episodes: Sequence[EpisodeFact]) -> str:
    lines = [_episode(item) for item in episodes]
    return "\n".join(["## Episodes", "", *lines]) if lines else ""


def _episode(item: EpisodeFact) -> str:
    noticed = f", noticed{_after(item.detected_at - item.began_at)}"
    lasted = f", lasted {format_duration(item.ended_at - item.began_at)}" if item.ended_at else ""
    explanation = f" ({text(item.explanation)})" if item.explanation else ""
    opening = f"- {item.number}. began {_moment(item.began_at)}"
    return f"{opening}{noticed}{lasted}: {text(item.title)}{explanation}"


def _suspects(suspects: Sequence[SuspectFact]) -> str:
    lines = [
        f"- {item.score:.0%} {_moment(item.at)} {text(item.who)}: {text(item.what)}"
        f" ({text('; '.join(item.why))})"
        for item in suspects
    ]
    return "\n".join(["## Changes just before", "", *lines]) if lines else ""


def _timeline(facts: IncidentFacts) -> str:
    lines = [_entry(item) for item in facts.timeline]
    if facts.more_events:
        lines.append("- and more")
    return "\n".join(["## Timeline", "", *lines]) if lines else ""


def _entry(item: EntryFact) -> str:
    note = f" ({text(item.note)})" if item.note else ""
    return f"- {_moment(item.at)} {text(item.who)}: {text(item.summary)}{note}"


def _times(occurrences: int) -> str:
    return f", reported {occurrences} times" if occurrences > 1 else ""


def _after(time: timedelta) -> str:
    return f" after {format_duration(time)}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
