"""one cohort for the flags of a phase (L21)

Revision: 0073, after 0072
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0073'
down_revision: str | Sequence[str] | None = '0072'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BEFORE = (
    "flag_key, flag_name, description, enabled, rollout_percentage, target_groups, bucket_by, "
    "client_visible, salt, launch_phase_id, run_id, run_switch, run_target, run_step, "
    "run_ceiling, run_ceiling_by, zero_chosen"
)


def upgrade() -> None:
    op.add_column('launch_phases', sa.Column('cohort_salt', sa.String(), nullable=True))
    op.add_column('feature_flags', sa.Column('cohort_salt', sa.String(), nullable=True))
    _renew_triggers(f"{_BEFORE}, cohort_salt")


def downgrade() -> None:
    _renew_triggers(_BEFORE)
    op.drop_column('feature_flags', 'cohort_salt')
    op.drop_column('launch_phases', 'cohort_salt')


def _renew_triggers(columns: str) -> None:
    op.execute("DROP TRIGGER touch ON feature_flags")
    op.execute("DROP TRIGGER bump_flag_set ON feature_flags")
    op.execute(f"""
        CREATE TRIGGER touch BEFORE UPDATE OF {columns} ON feature_flags
        FOR EACH ROW EXECUTE FUNCTION launch_touch_flag()
    """)
    op.execute(f"""
        CREATE TRIGGER bump_flag_set
        AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF {columns} ON feature_flags
        FOR EACH STATEMENT EXECUTE FUNCTION launch_bump_flag_set()
    """)
