"""0072 carries live rows over: what runs had written becomes what they hold (D1, L1)."""

from typing import Any, NamedTuple

from sqlalchemy.engine import make_url

from db import migrate
from db.session import Database
from tests.migrations.test_migrations import recreate, rows

# One phase for each status; each is on the second step of its ramp, 25 %.
_PHASES = """
WITH phase AS (
  INSERT INTO launch_phases (key, phase_name, platforms, status, steps, step_index)
  SELECT status, status, '{wedsync}', status,
    '[{"percentage": 5}, {"percentage": 25}, {"percentage": 100}]'::jsonb, 1
  FROM unnest(ARRAY['paused', 'rolled_back', 'completed']) AS wanted(status) RETURNING id, key
)
INSERT INTO phase_runs (phase_id, number, actor_kind, actor_label, started_at)
SELECT id, 1, 'user', 'ann', timestamptz '2026-11-29 09:00' FROM phase
"""
_CURRENT = """UPDATE launch_phases p SET current_run_id = r.id FROM phase_runs r
  WHERE r.phase_id = p.id"""
_FLAG = """
WITH flag AS (
  INSERT INTO feature_flags (flag_key, flag_name, enabled, rollout_percentage, salt, version)
  VALUES ('{key}', '{key}', {now[0]}, {now[1]}, '{key}', {version}) RETURNING id
), link AS (
  INSERT INTO launch_phase_flags (phase_id, flag_id, target_percentage)
  SELECT p.id, flag.id, {target} FROM launch_phases p, flag WHERE p.key = '{phase}'
)
INSERT INTO phase_run_snapshots (run_id, flag_id, enabled, rollout_percentage, target_groups,
                                 version_before, version_written)
SELECT p.current_run_id, flag.id, {before[0]}, {before[1]}, '[]', 1, 2
FROM launch_phases p, flag WHERE p.key = '{phase}'
"""
_RUN_OF_FLAGS = """SELECT flag_key, (enabled, rollout_percentage)::text,
  run_id IS NOT NULL, run_switch, run_target, run_step, run_ceiling FROM feature_flags"""
_IN_FORCE = "SELECT flag_key, enabled_in_force, percentage_in_force FROM feature_flags"
_OLD = "SELECT flag_key, enabled, rollout_percentage FROM feature_flags"


class Old(NamedTuple):
    """A flag before 0072: what a run found, what the row says now, how often it changed since."""

    phase: str
    before: tuple[bool, int]
    now: tuple[bool, int]
    edits: int = 0
    target: int | None = None


class RunOfFlag(NamedTuple):
    """The owner's values, and what the run holds after 0072."""

    owner: str
    has_run: bool = False
    switch: bool | None = None
    target: float | None = None
    step: float | None = None
    ceiling: float | None = None


OLD = {
    "ramped": Old("paused", (False, 0), (True, 25)),
    "aimed": Old("paused", (True, 10), (True, 15), target=15),
    "own_target": Old("paused", (False, 40), (True, 25)),
    "limited": Old("paused", (False, 0), (True, 7), edits=1),
    "raised": Old("paused", (False, 0), (True, 60), edits=1),
    "off_by_hand": Old("paused", (False, 0), (False, 25), edits=1),
    # A rollback with DISABLE_ALL writes the row once more than the run had noted.
    "was_off": Old("rolled_back", (False, 0), (False, 25), edits=1),
    "was_on": Old("rolled_back", (True, 30), (False, 25), edits=1),
    "edited": Old("rolled_back", (False, 0), (False, 50), edits=2),
    "on_again": Old("rolled_back", (False, 0), (True, 25), edits=2),
    "finished": Old("completed", (False, 0), (True, 100)),
}
NEW = {
    "ramped": RunOfFlag("(f,0.00)", True, True, 100, 25),
    "aimed": RunOfFlag("(t,10.00)", True, True, 15, 25),
    "own_target": RunOfFlag("(f,40.00)", True, True, 40, 25),
    "limited": RunOfFlag("(f,0.00)", True, True, 100, 25, 7),
    "raised": RunOfFlag("(f,60.00)", True, True),
    "off_by_hand": RunOfFlag("(f,0.00)", True, None, 100, 25),
    "was_off": RunOfFlag("(f,0.00)", True, False, 100, 25),
    "was_on": RunOfFlag("(t,30.00)", True, False, 30, 25),
    "edited": RunOfFlag("(f,50.00)"),
    "on_again": RunOfFlag("(t,25.00)"),
    "finished": RunOfFlag("(t,100.00)"),
}


async def old_rows(url: str) -> None:
    """The launch as the version before 0072 left it."""
    await rows(url, _PHASES)
    await rows(url, _CURRENT)
    for key, old in OLD.items():
        target = "NULL" if old.target is None else old.target
        flag = _FLAG.format(
            key=key,
            phase=old.phase,
            before=old.before,
            now=old.now,
            version=2 + old.edits,
            target=target,
        )
        await rows(url, flag)


async def test_live_rows_are_carried_over(database: Database) -> None:
    """What is in force stays; the owner's values are those of before the run, where untouched."""
    url = make_url(database.url).set(database="holds").render_as_string(hide_password=False)
    await recreate(database.engine, "holds")
    await migrate.upgrade(url)
    await migrate.downgrade(url, "0071")
    await old_rows(url)
    now: dict[str, tuple[Any, ...]] = {key: old.now for key, old in OLD.items()}
    versions = await rows(url, "SELECT flag_key, version FROM feature_flags ORDER BY 1")
    await migrate.upgrade(url)
    assert {key: RunOfFlag(*rest) for key, *rest in await rows(url, _RUN_OF_FLAGS)} == NEW
    assert {key: tuple(rest) for key, *rest in await rows(url, _IN_FORCE)} == now
    # Nobody sees another value, so that no version moves.
    assert await rows(url, "SELECT flag_key, version FROM feature_flags ORDER BY 1") == versions
    await migrate.downgrade(url, "0071")
    assert {key: tuple(rest) for key, *rest in await rows(url, _OLD)} == now
