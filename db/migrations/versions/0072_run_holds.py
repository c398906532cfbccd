"""what a run holds of a flag, beside the values of its owner (D1, D2, L10)

Revision: 0072, after 0071
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0072'
down_revision: str | Sequence[str] | None = '0071'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PERCENT = sa.Numeric(precision=5, scale=2, asdecimal=False)
_BEFORE = (
    "flag_key, flag_name, description, enabled, rollout_percentage, target_groups, bucket_by, "
    "client_visible, salt, launch_phase_id"
)
_HELD = "run_id, run_switch, run_target, run_step, run_ceiling, run_ceiling_by, zero_chosen"

# A statement by hand names the owner's columns: what it sets replaces what a run holds, so that
# `UPDATE feature_flags SET enabled = false` always switches a flag off.
_OWNER_SETS_SWITCH = """
    CREATE FUNCTION launch_owner_sets_switch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.run_switch IS NOT DISTINCT FROM OLD.run_switch THEN NEW.run_switch := NULL; END IF;
        RETURN NEW;
    END $$
"""
_OWNER_SETS_PERCENTAGE = """
    CREATE FUNCTION launch_owner_sets_percentage() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF ROW(NEW.run_target, NEW.run_step, NEW.run_ceiling)
           IS NOT DISTINCT FROM ROW(OLD.run_target, OLD.run_step, OLD.run_ceiling) THEN
            NEW.run_target := NULL; NEW.run_step := NULL; NEW.run_ceiling := NULL;
            NEW.run_ceiling_by := NULL;
        END IF;
        IF NEW.rollout_percentage <> 0 THEN NEW.zero_chosen := false;
        ELSIF OLD.rollout_percentage <> 0 THEN NEW.zero_chosen := true; END IF;
        RETURN NEW;
    END $$
"""
# A run that is deleted lets go of its flags. A step that does not decide moves no version.
_TOUCH_FLAG = """
    CREATE OR REPLACE FUNCTION launch_touch_flag() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        silent text[] := '{run_step,enabled_in_force,percentage_in_force,updated_at}';
    BEGIN
        IF NEW.run_id IS NULL THEN
            NEW.run_switch := NULL; NEW.run_target := NULL; NEW.run_step := NULL;
            NEW.run_ceiling := NULL; NEW.run_ceiling_by := NULL;
        END IF;
        IF coalesce(least(NEW.run_target, NEW.run_step, NEW.run_ceiling), NEW.rollout_percentage)
           = OLD.percentage_in_force AND to_jsonb(NEW) - silent = to_jsonb(OLD) - silent THEN
            RETURN NEW;
        END IF;
        IF NEW.updated_at = OLD.updated_at THEN NEW.updated_at := greatest(OLD.updated_at, now()); END IF;
        IF NEW.version = OLD.version THEN NEW.version := OLD.version + 1; END IF;
        RETURN NEW;
    END $$
"""
_TOUCH_FLAG_BEFORE = """
    CREATE OR REPLACE FUNCTION launch_touch_flag() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.updated_at = OLD.updated_at THEN NEW.updated_at := greatest(OLD.updated_at, now()); END IF;
        IF NEW.version = OLD.version THEN NEW.version := OLD.version + 1; END IF;
        RETURN NEW;
    END $$
"""
_RUNS = """
    SELECT DISTINCT ON (s.flag_id) s.flag_id, s.run_id, s.enabled, s.rollout_percentage,
        s.version_written, p.status,
        coalesce(l.target_percentage,
                 CASE WHEN s.rollout_percentage > 0 THEN s.rollout_percentage ELSE 100 END) AS target,
        (p.steps -> p.step_index ->> 'percentage')::numeric AS step
    FROM launch_phases p
    JOIN phase_run_snapshots s ON s.run_id = p.current_run_id
    JOIN phase_runs r ON r.id = s.run_id
    LEFT JOIN launch_phase_flags l ON l.phase_id = p.id AND l.flag_id = s.flag_id
    WHERE p.status IN ('active', 'paused', 'rolled_back')
    ORDER BY s.flag_id, (p.status = 'rolled_back'), r.started_at DESC
"""
# Live runs: the owner's values are those of the snapshot; a percentage that somebody set by hand
# since is the ceiling, or releases the flag where it lies above the ramp.
_CARRY_LIVE = f"""
    UPDATE feature_flags f SET
        run_id = w.run_id,
        run_switch = CASE WHEN f.enabled THEN true END,
        run_target = CASE WHEN NOT w.released THEN w.target END,
        run_step = CASE WHEN NOT w.released THEN w.step END,
        run_ceiling = CASE WHEN w.by_hand AND f.rollout_percentage < w.ramp
                           THEN f.rollout_percentage END,
        enabled = f.enabled AND w.enabled,
        rollout_percentage = CASE WHEN w.released THEN f.rollout_percentage
                                  ELSE w.rollout_percentage END
    FROM (SELECT x.*, y.version <> x.version_written AS by_hand, least(x.target, x.step) AS ramp,
              y.version <> x.version_written AND y.rollout_percentage > least(x.target, x.step)
                  AS released
          FROM ({_RUNS}) x JOIN feature_flags y ON y.id = x.flag_id) w
    WHERE f.id = w.flag_id AND w.status <> 'rolled_back'
"""
# Rolled back with every flag off, and untouched since.
_CARRY_ROLLED_BACK = f"""
    UPDATE feature_flags f SET
        run_id = w.run_id, run_switch = false, run_target = w.target,
        run_step = f.rollout_percentage,
        enabled = w.enabled, rollout_percentage = w.rollout_percentage
    FROM ({_RUNS}) w
    WHERE f.id = w.flag_id AND w.status = 'rolled_back' AND f.run_id IS NULL AND NOT f.enabled
        AND f.version = w.version_written + 1
        AND (f.enabled, f.rollout_percentage) IS DISTINCT FROM (w.enabled, w.rollout_percentage)
"""
_CARRY_ZERO = """
    UPDATE feature_flags f SET zero_chosen = true
    WHERE f.rollout_percentage = 0 AND (
        SELECT c.actor_kind <> 'system' AND c.after ->> 'rolloutPercentage' IN ('0', '0.0')
        FROM changes c
        WHERE c.subject_kind = 'flag' AND c.subject_id = f.id AND c.before IS NOT NULL
            AND c.run_id IS NULL
            AND c.before -> 'rolloutPercentage' IS DISTINCT FROM c.after -> 'rolloutPercentage'
        ORDER BY c.at DESC, c.event_seq DESC LIMIT 1)
"""
_GIVE_BACK = """
    UPDATE feature_flags SET enabled = enabled_in_force, rollout_percentage = percentage_in_force
    WHERE run_id IS NOT NULL
"""


def upgrade() -> None:
    _drop_triggers()
    op.add_column('phase_run_snapshots', sa.Column('target_percentage', _PERCENT, nullable=True))
    _add_columns()
    for statement in (_CARRY_LIVE, _CARRY_ROLLED_BACK, _CARRY_ZERO):
        op.execute(statement)
    op.execute(_OWNER_SETS_SWITCH)
    op.execute(_OWNER_SETS_PERCENTAGE)
    op.execute(_TOUCH_FLAG)
    for name, column in (('switch', 'enabled'), ('percentage', 'rollout_percentage')):
        op.execute(f"""
            CREATE TRIGGER owner_sets_{name} BEFORE UPDATE OF {column} ON feature_flags
            FOR EACH ROW EXECUTE FUNCTION launch_owner_sets_{name}()
        """)
    _create_triggers(f"{_BEFORE}, {_HELD}")


def downgrade() -> None:
    _drop_triggers()
    for name in ('switch', 'percentage'):
        op.execute(f"DROP TRIGGER owner_sets_{name} ON feature_flags")
        op.execute(f"DROP FUNCTION launch_owner_sets_{name}()")
    op.execute("UPDATE feature_flags SET zero_chosen = false")
    op.execute(_GIVE_BACK)
    op.execute(_TOUCH_FLAG_BEFORE)
    _drop_columns()
    op.drop_column('phase_run_snapshots', 'target_percentage')
    _create_triggers(_BEFORE)


def _add_columns() -> None:
    op.add_column('feature_flags', sa.Column('zero_chosen', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('feature_flags', sa.Column('run_id', sa.Uuid(), nullable=True))
    op.add_column('feature_flags', sa.Column('run_switch', sa.Boolean(), nullable=True))
    for name in ('run_target', 'run_step', 'run_ceiling'):
        op.add_column('feature_flags', sa.Column(name, _PERCENT, nullable=True))
    op.add_column('feature_flags', sa.Column('run_ceiling_by', sa.String(), nullable=True))
    op.add_column('feature_flags', sa.Column('enabled_in_force', sa.Boolean(), sa.Computed('coalesce(run_switch, enabled)', persisted=True), nullable=False))
    op.add_column('feature_flags', sa.Column('percentage_in_force', _PERCENT, sa.Computed('coalesce(least(run_target, run_step, run_ceiling), rollout_percentage)', persisted=True), nullable=False))
    op.create_foreign_key(op.f('fk_feature_flags_run_id'), 'feature_flags', 'phase_runs', ['run_id'], ['id'], ondelete='SET NULL')
    op.create_index(op.f('ix_feature_flags_run_id'), 'feature_flags', ['run_id'], unique=False)
    op.create_check_constraint(op.f('ck_feature_flags_zero_chosen'), 'feature_flags', 'NOT zero_chosen OR rollout_percentage = 0')
    op.create_check_constraint(op.f('ck_feature_flags_run_percentages'), 'feature_flags', 'run_target BETWEEN 0 AND 100 AND run_step BETWEEN 0 AND 100 AND run_ceiling BETWEEN 0 AND 100')
    op.create_check_constraint(op.f('ck_feature_flags_run_id'), 'feature_flags', 'run_id IS NOT NULL OR num_nonnulls(run_switch, run_target, run_step, run_ceiling) = 0')


def _drop_columns() -> None:
    for name in ('percentage_in_force', 'enabled_in_force', 'run_ceiling_by', 'run_ceiling', 'run_step', 'run_target', 'run_switch', 'run_id', 'zero_chosen'):
        op.drop_column('feature_flags', name)


def _drop_triggers() -> None:
    op.execute("DROP TRIGGER touch ON feature_flags")
    op.execute("DROP TRIGGER bump_flag_set ON feature_flags")


def _create_triggers(columns: str) -> None:
    op.execute(f"""
        CREATE TRIGGER touch BEFORE UPDATE OF {columns} ON feature_flags
        FOR EACH ROW EXECUTE FUNCTION launch_touch_flag()
    """)
    op.execute(f"""
        CREATE TRIGGER bump_flag_set
        AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF {columns} ON feature_flags
        FOR EACH STATEMENT EXECUTE FUNCTION launch_bump_flag_set()
    """)
