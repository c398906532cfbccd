"""a paused phase says who paused it and why

Revision: 0053, after 0073
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0053'
down_revision: str | Sequence[str] | None = '0073'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ACTOR_KIND = sa.Enum('user', 'token', 'system', 'anonymous', name='actor_kind', native_enum=False, length=32)
_AUTHOR = sa.Enum('person', 'guard', 'watchdog', name='pause_author', native_enum=False, length=32)
_COMPLETE = (
    'num_nonnulls(pause_author, paused_by_kind, paused_by_label, paused_at)'
    " = CASE WHEN status = 'paused' THEN 4 ELSE 0 END"
)
# The newest pause in the audit; a phase whose audit is gone was paused by the system, at its last change.
_CARRY_OVER = """
UPDATE launch_phases AS phase SET
  paused_by_kind = coalesce(pause.actor_kind, 'system'),
  paused_by_id = pause.actor_id,
  paused_by_label = coalesce(pause.actor_label, 'migration'),
  paused_at = coalesce(pause.at, phase.updated_at),
  pause_reason = pause.reason,
  pause_author = CASE
    WHEN pause.actor_kind = 'system' AND pause.actor_label = 'guard' THEN 'guard'
    WHEN pause.actor_kind = 'system' AND pause.actor_label = 'watcher' THEN 'watchdog'
    ELSE 'person' END
FROM launch_phases AS paused LEFT JOIN LATERAL (
  SELECT * FROM changes
  WHERE subject_kind = 'phase' AND subject_id = paused.id AND action = 'paused'
  ORDER BY event_id DESC LIMIT 1
) AS pause ON true
WHERE phase.id = paused.id AND phase.status = 'paused'
"""


def upgrade() -> None:
    op.add_column('launch_phases', sa.Column('pause_author', _AUTHOR, nullable=True))
    op.add_column('launch_phases', sa.Column('paused_by_kind', _ACTOR_KIND, nullable=True))
    op.add_column('launch_phases', sa.Column('paused_by_id', sa.Uuid(), nullable=True))
    op.add_column('launch_phases', sa.Column('paused_by_label', sa.String(), nullable=True))
    op.add_column('launch_phases', sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('launch_phases', sa.Column('pause_reason', sa.String(), nullable=True))
    op.execute(_CARRY_OVER)
    op.create_check_constraint(op.f('ck_launch_phases_pause'), 'launch_phases', _COMPLETE)
    op.create_check_constraint(
        op.f('ck_launch_phases_actor_kind'), 'launch_phases', "paused_by_kind IN ('user', 'token', 'system', 'anonymous')"
    )
    op.create_check_constraint(op.f('ck_launch_phases_pause_author'), 'launch_phases', "pause_author IN ('person', 'guard', 'watchdog')")


def downgrade() -> None:
    op.drop_constraint(op.f('ck_launch_phases_pause'), 'launch_phases')
    for column in ('pause_reason', 'paused_at', 'paused_by_label', 'paused_by_id', 'paused_by_kind', 'pause_author'):
        op.drop_column('launch_phases', column)
