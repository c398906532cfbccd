"""Tracks the journeys of people in the transactions of their actions (S70, A37)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import journeys as queries
from db.queries import metrics as metric_queries
from db.queries.journeys import Addition, Key, Owner
from db.session import Database, UnitOfWork
from domain.actors import UserType
from domain.events import WrittenEvent
from domain.journeys import journey_metrics as metrics
from domain.journeys import journeys as rules
from domain.journeys.journey_counts import difference
from domain.journeys.journeys import JourneyKey, Outcome, Run
from domain.metrics.metric_folds import Folded, bucket_of
from domain.overview.journey_moves import JourneyMove, moves_of
from domain.platform.time_ranges import DAY, HOUR, MINUTE
from services.metrics import metric_samples
from services.platform.batches import BATCH, in_batches

SIZES = (MINUTE, HOUR, DAY)  # of the cohorts that are counted


async def follow(session: AsyncSession, events: Sequence[WrittenEvent]) -> None:
    """Advance the runs of these events and count the transitions, once each.

    Processing an event twice changes nothing: its run has advanced already.
    """
    moves = [(move, item.recorded_at) for item in events for move in moves_of(item.event)]
    if not moves:
        return
    owners = await queries.owners(session, list({move.owner for move, _ in moves}))
    steps = [(move, at, owners[move.owner]) for move, at in moves if move.owner in owners]
    before = await queries.runs(session, list({_key(move, owner) for move, _, owner in steps}))
    after = dict(before)
    for move, at, owner in steps:
        moved = _moved(after.get(_key(move, owner)), move, at, owner)
        if moved is not None:
            after[_key(move, owner)] = moved
    changed = {key: run for key, run in after.items() if run != before.get(key)}
    if changed:
        await _keep(session, before, changed)


async def count_lost_start(uow: UnitOfWork, user_type: UserType) -> None:
    """Record a sign-up that failed by our fault as a journey that failed at once (S104)."""
    if user_type is not UserType.SUPPLIER:
        return
    for key in (JourneyKey.SUPPLIER_ONBOARDING, JourneyKey.SIGNUP_TO_CONNECTION):
        lost = rules.turn(rules.begin(key, uow.now), Outcome.FAILED)
        await _keep(uow.session, {}, {(key, uuid4()): lost})


async def fold(db: Database) -> None:
    """Fold the entries that transactions have added into the counts."""
    await in_batches(db, _fold)


async def _fold(uow: UnitOfWork) -> int:
    return await queries.fold(uow.session, SIZES, BATCH)


def _key(move: JourneyMove, owner: Owner) -> Key:
    return move.key, move.subject or owner.user_id


def _moved(run: Run | None, move: JourneyMove, at: datetime, owner: Owner) -> Run | None:
    if run is None and not move.begins:
        return None
    begun = replace(run or rules.begin(move.key, at), vendor_type=owner.vendor_type)
    moved = rules.move(begun, move.steps, at)
    return moved if move.outcome is None else rules.turn(moved, move.outcome)


async def _keep(
    session: AsyncSession, before: Mapping[Key, Run], changed: Mapping[Key, Run]
) -> None:
    await queries.save(session, changed)
    added = [
        Addition(run.key, run.started_at, cell, number)
        for key, run in changed.items()
        for cell, number in difference(before.get(key), run).items()
    ]
    await queries.add(session, added)
    for key, run in changed.items():
        previous = before.get(key)
        if previous is None or previous.outcome is not run.outcome:
            await _count_end(session, key, run)


async def _count_end(session: AsyncSession, key: Key, run: Run) -> None:
    """Record an outcome as metrics for criteria; for an arrival also how long it took."""
    if run.outcome not in (Outcome.COMPLETED, Outcome.FAILED):
        return
    name = metrics.completed if run.outcome is Outcome.COMPLETED else metrics.failed
    ended = [(name(run.key), run.moved_at), (metrics.ended(run.key), run.moved_at)]
    await metric_samples.count(session, ended)
    spent = rules.seconds(run)
    if spent is not None:
        folded = Folded(1, spent, spent, spent, spent, {bucket_of(spent): 1})
        folds = {metrics.seconds(run.key): folded}
        await metric_queries.add_folds(session, f"{run.key}:{key[1]}", run.moved_at, folds)
