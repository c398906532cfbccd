"""A transaction that changes one flag, in as few statements as it takes (PERF2).

Through SQLAlchemy's session a toggle took ten round trips and half of a server's time. This one
locks the flag, and then writes it, its event and its audit row with one statement.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

import asyncpg

from db import event_writes
from db.drafts import Draft
from db.flag_rows import SELECT_LIST, flag_from_record
from db.json_text import read_json
from db.models.events import Change
from db.queries.flags import columns_of
from domain.actors import ActorKind
from domain.events import RecordedEvent, Subject, WrittenEvent
from domain.flags.flags import Flag

_LOCK = f"SELECT {SELECT_LIST} FROM feature_flags AS flag WHERE flag_key = $1 FOR UPDATE"  # noqa: S608
_FLAG = f"SELECT {SELECT_LIST} FROM feature_flags AS flag WHERE id = $1"  # noqa: S608
_IS_LIVE = "SELECT FROM phase_runs WHERE id = $1 AND outcome IS NULL"
_CHANGE = """
id, at, event_id, event_seq, actor_kind, actor_id, actor_label, subject_kind, subject_id, action,
before::text, after::text, reason, run_id, reverts_id"""
_RECORD = f"SELECT {_CHANGE} FROM audited"  # noqa: S608
_CHANGE_BY_ID = f"SELECT {_CHANGE} FROM changes WHERE id = $1"  # noqa: S608
_NEWEST_CHANGE = f"""
SELECT {_CHANGE} FROM changes WHERE subject_id = $1 ORDER BY at DESC, event_id DESC LIMIT 1
"""  # noqa: S608
_FLOATS = frozenset({"rollout_percentage", "run_target", "run_step", "run_ceiling"})


class FlagTransaction:
    """What a unit of work is to everything else, for one flag: an event of it asks for no jobs."""

    def __init__(self, driver: asyncpg.Connection, clock: Callable[[], datetime]) -> None:
        """`driver` is in a transaction; `now` is one moment for all that it writes."""
        self._driver = driver
        self._clock = clock
        self.now = self.began = clock()
        self.written: Sequence[WrittenEvent] = ()
        self.recorded: Sequence[RecordedEvent] = ()  # the same after the commit

    async def fetch(self, statement: str, *values: object) -> Sequence[asyncpg.Record]:
        """The rows of a statement."""
        rows: Sequence[asyncpg.Record] = await self._driver.fetch(statement, *values)
        return rows

    async def lock(self, key: str) -> Flag | None:
        """The flag to change, and `now` taken anew: it may have been waited for."""
        rows = await self.fetch(_LOCK, key)
        self.now = max(self.now, self._clock())
        return flag_from_record(rows[0]) if rows else None

    async def is_live(self, run_id: UUID | None) -> bool:
        """Whether a run has no outcome yet; to be asked once its flag is locked."""
        return run_id is not None and bool(await self.fetch(_IS_LIVE, run_id))

    async def save(self, before: Flag, after: Flag, draft: Draft | None) -> Change | None:
        """Write what differs in a locked flag, and record it, where it is news."""
        values = _changed_columns(before, after)
        if draft is None:
            if values:
                await self.fetch(_update(tuple(values), 1), before.id, *values.values())
            return None
        document = event_writes.serialize_drafts([draft], self.now, self.began)
        update = _update(tuple(values), 2)
        statement = f"{event_writes.RECORD}, flag AS ({update}) {_RECORD}"
        rows = await self.fetch(statement, document, before.id, *values.values())
        change = _change(rows[0])
        self.written = [event_writes.written_event(draft, change.event_id, self.now)]
        return change

    async def flag(self, flag_id: UUID) -> Flag | None:
        """A flag by its id."""
        rows = await self.fetch(_FLAG, flag_id)
        return flag_from_record(rows[0]) if rows else None

    async def change(self, change_id: UUID) -> Change | None:
        """A change by its id."""
        rows = await self.fetch(_CHANGE_BY_ID, change_id)
        return _change(rows[0]) if rows else None

    async def newest_change(self, flag_id: UUID) -> Change | None:
        """The last change of a flag."""
        rows = await self.fetch(_NEWEST_CHANGE, flag_id)
        return _change(rows[0]) if rows else None


def _changed_columns(before: Flag, after: Flag) -> Mapping[str, object]:
    """Columns that differ: what is named in an UPDATE counts as set, and triggers follow it."""
    old, new = columns_of(before.wanted), columns_of(after.wanted)
    changed = {name: value for name, value in new.items() if value != old[name]}
    if after.version != before.version:
        changed |= {"version": after.version, "updated_at": after.updated_at}
    return changed


@cache
def _update(names: tuple[str, ...], key_place: int) -> str:
    places = {name: f"${place}" for place, name in enumerate(names, key_place + 1)}
    values = (
        f"{name} = {place}::float8" if name in _FLOATS else f"{name} = {place}"
        for name, place in places.items()
    )
    return f"UPDATE feature_flags SET {', '.join(values)} WHERE id = ${key_place}"  # noqa: S608


def _change(row: asyncpg.Record) -> Change:
    values = dict(row)
    for name in ("before", "after"):
        values[name] = None if values[name] is None else read_json(values[name])
    values["actor_kind"] = ActorKind(values["actor_kind"])
    values["subject_kind"] = Subject(values["subject_kind"])
    return Change(**values)
