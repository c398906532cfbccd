"""The report of a run as Markdown: what others wrote is shown as text, never as markup (X15)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from domain.flags.flags import FlagState
from domain.phases.acceptance_criteria import proofs
from domain.phases.proof_verdicts import Proof, ProofVerdict
from domain.phases.reports import Means, ReportFacts, means
from domain.platform.markdown import text
from domain.propagation.propagation import unknown_text

_VERDICTS = {
    ProofVerdict.KEPT: "kept",
    ProofVerdict.BROKEN: "**broken**",
    ProofVerdict.UNKNOWN: "unknown",
    ProofVerdict.NOT_MEASURED: "not measured",
}


def markdown(facts: ReportFacts) -> str:
    """The whole document."""
    parts = [
        _head(facts),
        _numbers(means(facts)),
        _table("Acceptance", ("row", "criterion", "verdict", "evidence"), _proofs(proofs(facts))),
        _table("Success criteria", ("criterion", "verdict", "why"), _criteria(facts)),
        _table("Flags", ("flag", "before", "after"), _flags(facts)),
        _table("Flags that are not at their target", ("flag", "why"), _exempt(facts)),
        _table("Propagation", ("version", "what", "had it", "95 %", "all", "30 s"), _spread(facts)),
        _table("Incidents", ("no.", "what", "severity", "status", "began", "ended"), _bad(facts)),
        _table("Readiness at activation", ("check", "good", "detail"), _readiness(facts)),
        _timeline(facts),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(facts: ReportFacts) -> str:
    ended = f"{_moment(facts.ended_at)}, {facts.outcome or 'no outcome'}" if facts.ended_at else "-"
    return (
        f"# {text(facts.phase)}, run {facts.number} ({facts.kind})\n\n"
        f"- started {_moment(facts.started_at)} by {text(facts.who)}\n"
        f"- ended {ended}"
    )


def _numbers(means: Means) -> str:
    rows = [
        ("to detect (MTTD)", _seconds(means.to_detect)),
        ("to acknowledge (MTTA)", _seconds(means.to_acknowledge)),
        ("to recover (MTTR)", _seconds(means.to_recover)),
    ]
    return _table("Mean times from the first bad sample", ("", "seconds"), rows)


def _proofs(proofs: Iterable[Proof]) -> list[tuple[str, ...]]:
    return [
        (item.row, item.criterion, _VERDICTS[item.verdict], text(item.evidence)) for item in proofs
    ]


def _criteria(facts: ReportFacts) -> list[tuple[str, ...]]:
    return [(text(i.key), text(i.verdict), text(i.explanation)) for i in facts.criteria]


def _flags(facts: ReportFacts) -> list[tuple[str, ...]]:
    return [(text(diff.key), _state(diff.before), _state(diff.after)) for diff in facts.flags]


def _exempt(facts: ReportFacts) -> list[tuple[str, ...]]:
    return [(text(item.key), text(item.detail)) for item in facts.exempt]


def _spread(facts: ReportFacts) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for item in facts.spreads:
        propagation = item.propagation
        unknown = unknown_text(propagation.unknown_processes, propagation.unknown_streams)
        within = {True: "yes", False: "**no**", None: unknown or "open"}[propagation.within_budget]
        had = f"{propagation.acked} of {propagation.total}"
        times = (_ms(propagation.p95_ms), _ms(propagation.complete_ms))
        rows.append((str(propagation.version), text(item.action), had, *times, within))
    return rows


def _bad(facts: ReportFacts) -> list[tuple[str, ...]]:
    return [
        (
            f"{item.number}",
            text(item.title),
            item.severity,
            item.status,
            _moment(item.onset),
            _moment(item.resolved_at) if item.resolved_at else "-",
        )
        for item in facts.incidents
    ]


def _readiness(facts: ReportFacts) -> list[tuple[str, ...]]:
    return [
        (text(item.title), "yes" if item.ok else "**no**", text(item.detail))
        for item in facts.readiness
    ]


def _timeline(facts: ReportFacts) -> str:
    lines = [
        f"- {_moment(item.at)} {text(item.who)}: {text(item.summary)}" for item in facts.timeline
    ]
    if facts.more_events:
        lines.append(f"- and {facts.more_events} more")
    return "\n".join(["## Timeline", "", *lines]) if lines else ""


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join([f"## {title}", "", *(f"| {' | '.join(line)} |" for line in lines)])


def _state(state: FlagState) -> str:
    if not state.version:
        return "-"
    groups = f" for {text(', '.join(state.target_groups))}" if state.target_groups else ""
    return f"{'on' if state.enabled else 'off'}, {state.rollout_percentage:g} %{groups}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _ms(value: int | None) -> str:
    return "-" if value is None else f"{value} ms"
