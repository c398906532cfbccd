"""Collects the facts about a run and builds its report (X15)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import criteria_of, rehearsal_of
from db.models.phases import LaunchPhase, PhaseRun
from db.queries import criteria as criteria_queries
from db.queries import phases, propagations, rehearsals, run_events
from db.queries import reports as queries
from domain.errors import NotFound
from domain.events import FlagChanged, RecordedEvent
from domain.metrics.criteria import Criterion
from domain.phases.acceptance_criteria import proofs
from domain.phases.end_states import Exempt
from domain.phases.plans import FlagDiff
from domain.phases.proof_verdicts import Proof
from domain.phases.readiness import RehearsalEvidence
from domain.phases.report_markdown import markdown
from domain.phases.reports import (
    CriterionFact,
    Means,
    Moment,
    ReadinessFact,
    ReportFacts,
    Spread,
    means,
)
from domain.phases.verdicts import UNJUDGED, CriterionState
from services.phases import report_incidents, report_measures, run_flags
from services.platform import log_edges

MAX_EVENTS = 2_000
MAX_TIMELINE_ENTRIES = 200

JudgedCriterion = tuple[Criterion, CriterionState]


@dataclass(frozen=True, slots=True)
class Report:
    """A report as Markdown, and its numbers and proofs as data."""

    markdown: str
    means: Means
    criteria: Sequence[JudgedCriterion]
    proofs: Sequence[Proof]
    exempt: Sequence[Exempt]


async def report(
    session: AsyncSession, run_id: UUID, now: datetime, killed: Collection[str]
) -> Report:
    """Report on a run, ended or not; raises NotFound, and EventsArchived for one before the edge.

    `killed` are the keys that a kill switch forces off now.
    """
    run = (await phases.runs_by_id(session, [run_id])).get(run_id)
    if run is None:
        raise NotFound("There is no such run.")
    phase = (await phases.by_id(session, [run.phase_id]))[run.phase_id]
    judged = await _judged_criteria(session, phase, run)
    exempt = await run_flags.exempt_flags(session, run, killed)
    facts = replace(await _facts(session, phase, run, judged, now), exempt=exempt)
    await log_edges.check_kept(session, run.started_at)
    return Report(markdown(facts), means(facts), judged, proofs(facts), exempt)


async def _facts(
    session: AsyncSession,
    phase: LaunchPhase,
    run: PhaseRun,
    judged: Sequence[JudgedCriterion],
    now: datetime,
) -> ReportFacts:
    events = await _events(session, run)
    rehearsed = await _last_rehearsal(session, run)
    return ReportFacts(
        phase=phase.phase_name,
        number=run.number,
        kind=run.kind.value,
        who=run.actor_label,
        started_at=run.started_at,
        ended_at=run.ended_at,
        outcome=run.outcome.value if run.outcome else None,
        judged_at=now,
        readiness=_readiness(run.readiness),
        flags=_flag_diffs(events, run.id),
        incidents=await report_incidents.of_run(session, run, now),
        spreads=await _spreads(session, run, now),
        criteria=[CriterionFact(c.key, state.verdict, state.explanation) for c, state in judged],
        timeline=[
            Moment(e.occurred_at, e.actor.label, e.event.summary)
            for e in events[:MAX_TIMELINE_ENTRIES]
        ],
        more_events=max(len(events) - MAX_TIMELINE_ENTRIES, 0),
        rehearsal=rehearsal_of(run.rehearsal),
        rehearsed=rehearsed,
        edits_since_rehearsal=await _count_edits(session, run, rehearsed),
        measured=await report_measures.measure_run(session, run, now),
    )


async def _events(session: AsyncSession, run: PhaseRun) -> list[RecordedEvent]:
    """Return all events that touched the run (L25); none for a rehearsal, which changes nothing."""
    return [] if run.rehearsal is not None else await run_events.of_run(session, run, MAX_EVENTS)


async def _judged_criteria(
    session: AsyncSession, phase: LaunchPhase, run: PhaseRun
) -> list[JudgedCriterion]:
    """Return the criteria as they were judged in this run: the phase may have changed since."""
    rehearsal = rehearsal_of(run.rehearsal)
    if rehearsal is not None:
        return [(item.criterion, item.state) for item in rehearsal.judged]
    states = (await criteria_queries.states_of_runs(session, [run.id]))[run.id]
    judged = [(state.judged, state) for state in states.values() if state.judged is not None]
    if run.ended_at is not None and judged:
        return judged
    present = criteria_of(phase.success_criteria)
    return [(item, states.get(item.key, UNJUDGED)) for item in present]


def _flag_diffs(events: Iterable[RecordedEvent], run_id: UUID) -> list[FlagDiff]:
    """Return each flag before the first change of the run and after its last one."""
    diffs: dict[str, FlagDiff] = {}
    for item in events:
        event = item.event
        if isinstance(event, FlagChanged) and event.run_id == run_id:
            earlier = diffs.get(event.key)
            before = earlier.before if earlier else event.before
            diffs[event.key] = FlagDiff(event.key, before, event.after)
    return list(diffs.values())


async def _spreads(session: AsyncSession, run: PhaseRun, now: datetime) -> Sequence[Spread]:
    end = run.started_at if run.rehearsal is not None else run.ended_at or now
    rows = await queries.propagations_while_live(session, run.id, run.started_at, end)
    return [
        Spread(row.action, propagations.result_of(row, now), own=row.run_id == run.id)
        for row in rows
    ]


async def _last_rehearsal(session: AsyncSession, run: PhaseRun) -> RehearsalEvidence | None:
    row = await rehearsals.newest_ended(session, run.phase_id, before=run.started_at)
    state = rehearsal_of(row.rehearsal) if row is not None else None
    if state is None or state.ended_at is None:
        return None
    return RehearsalEvidence(state.ended_at, state.failure)


async def _count_edits(
    session: AsyncSession, run: PhaseRun, rehearsal: RehearsalEvidence | None
) -> int:
    if rehearsal is None:
        return 0
    return await queries.edits_of_phase(session, run.phase_id, rehearsal.ended_at, run.started_at)


def _readiness(column: Sequence[object]) -> list[ReadinessFact]:
    checks = [item for item in column if isinstance(item, Mapping)]
    return [
        ReadinessFact(
            str(item["title"]),
            bool(item["ok"]),
            str(item["detail"]),
            str(item.get("key", "")),
            bool(item.get("blocking")),
        )
        for item in checks
    ]
