"""Collect what a run left behind, and report on it (X15)."""

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
from domain.phases.reports import CriterionFact, Facts, Means, Moment, ReadinessFact, Spread, means
from domain.phases.verdicts import UNJUDGED, CriterionState
from services.phases import report_incidents, report_measures, run_flags

EVENTS = 2_000
TIMELINE = 200

Judged = tuple[Criterion, CriterionState]


@dataclass(frozen=True, slots=True)
class Report:
    """A report, with the numbers apart for who computes with them."""

    markdown: str
    means: Means
    criteria: Sequence[Judged]
    proofs: Sequence[Proof]
    exempt: Sequence[Exempt]


async def report(
    session: AsyncSession, run_id: UUID, now: datetime, killed: Collection[str]
) -> Report:
    """What a run came to, or has come to so far; raises NotFound.

    `killed` are the keys that a kill switch forces off now.
    """
    run = (await phases.runs_by_id(session, [run_id])).get(run_id)
    if run is None:
        raise NotFound("There is no such run.")
    phase = (await phases.by_id(session, [run.phase_id]))[run.phase_id]
    judged = await _judged(session, phase, run)
    exempt = await run_flags.exempt_flags(session, run, killed)
    facts = replace(await _facts(session, phase, run, judged, now), exempt=exempt)
    return Report(markdown(facts), means(facts), judged, proofs(facts), exempt)


async def _facts(
    session: AsyncSession,
    phase: LaunchPhase,
    run: PhaseRun,
    judged: Sequence[Judged],
    now: datetime,
) -> Facts:
    events = await _events(session, run)
    rehearsed = await _rehearsed(session, run)
    return Facts(
        phase=phase.phase_name,
        number=run.number,
        kind=run.kind.value,
        who=run.actor_label,
        started_at=run.started_at,
        ended_at=run.ended_at,
        outcome=run.outcome.value if run.outcome else None,
        judged_at=now,
        readiness=_readiness(run.readiness),
        flags=_flags(events, run.id),
        incidents=await report_incidents.of_run(session, run, now),
        spreads=await _spreads(session, run, now),
        criteria=[CriterionFact(c.key, state.verdict, state.explanation) for c, state in judged],
        timeline=[Moment(e.occurred_at, e.actor.label, e.event.summary) for e in events[:TIMELINE]],
        more_events=max(len(events) - TIMELINE, 0),
        rehearsal=rehearsal_of(run.rehearsal),
        rehearsed=rehearsed,
        edits_since_rehearsal=await _edits(session, run, rehearsed),
        measured=await report_measures.measured(session, run, now),
    )


async def _events(session: AsyncSession, run: PhaseRun) -> list[RecordedEvent]:
    """All that touched it (L25); of a rehearsal nothing, as it changes nothing."""
    return [] if run.rehearsal is not None else await run_events.of_run(session, run, EVENTS)


async def _judged(session: AsyncSession, phase: LaunchPhase, run: PhaseRun) -> list[Judged]:
    """As they were judged in this run: the phase may have been edited since."""
    rehearsal = rehearsal_of(run.rehearsal)
    if rehearsal is not None:
        return [(item.criterion, item.state) for item in rehearsal.judged]
    states = (await criteria_queries.states_of_runs(session, [run.id]))[run.id]
    known = [(state.judged, state) for state in states.values() if state.judged is not None]
    if run.ended_at is not None and known:
        return known
    present = criteria_of(phase.success_criteria)
    return [(item, states.get(item.key, UNJUDGED)) for item in present]


def _flags(events: Iterable[RecordedEvent], run_id: UUID) -> list[FlagDiff]:
    """Each flag before the run touched it and after it did so last."""
    found: dict[str, FlagDiff] = {}
    for item in events:
        event = item.event
        if isinstance(event, FlagChanged) and event.run_id == run_id:
            known = found.get(event.key)
            before = known.before if known else event.before
            found[event.key] = FlagDiff(event.key, before, event.after)
    return list(found.values())


async def _spreads(session: AsyncSession, run: PhaseRun, now: datetime) -> Sequence[Spread]:
    end = run.started_at if run.rehearsal is not None else run.ended_at or now
    rows = await queries.propagations_while_live(session, run.id, run.started_at, end)
    return [
        Spread(row.action, propagations.result_of(row, now), own=row.run_id == run.id)
        for row in rows
    ]


async def _rehearsed(session: AsyncSession, run: PhaseRun) -> RehearsalEvidence | None:
    row = await rehearsals.newest_ended(session, run.phase_id, before=run.started_at)
    state = rehearsal_of(row.rehearsal) if row is not None else None
    if state is None or state.ended_at is None:
        return None
    return RehearsalEvidence(state.ended_at, state.failure)


async def _edits(session: AsyncSession, run: PhaseRun, found: RehearsalEvidence | None) -> int:
    if found is None:
        return 0
    return await queries.edits_of_phase(session, run.phase_id, found.ended_at, run.started_at)


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
