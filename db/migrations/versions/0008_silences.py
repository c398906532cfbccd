"""silences, readings that fell into one, and messages of an escalation

Revision: 0008, after 0009
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0008'
down_revision: str | Sequence[str] | None = '0009'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LOGS = ("launch_events", "changes")
_SUBJECTS = (
    "phase", "flag", "health", "incident", "user", "token",
    "client", "invitation", "partnership", "onboarding",
)
_KINDS = ("firing", "worse", "reminder", "resolved", "test")


def _in(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _checks(subjects: Sequence[str], kinds: Sequence[str]) -> None:
    for table in _LOGS:
        op.drop_constraint(op.f(f'ck_{table}_subject'), table, type_='check')
        op.create_check_constraint(op.f(f'ck_{table}_subject'), table, _in("subject_kind", subjects))
    name = op.f('ck_alert_deliveries_alert_kind')
    op.drop_constraint(name, 'alert_deliveries', type_='check')
    op.create_check_constraint(name, 'alert_deliveries', _in("kind", kinds))


def _forget_silences() -> None:
    """The older checks refuse these rows, and the log refuses to be shortened otherwise."""
    for table in reversed(_LOGS):
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        op.execute(f"DELETE FROM {table} WHERE subject_kind = 'silence'")
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")
    op.execute("DELETE FROM alert_deliveries WHERE kind = 'escalated'")


def upgrade() -> None:
    _checks((*_SUBJECTS, "silence"), (*_KINDS, "escalated"))
    op.create_table('launch_silences',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('checks', postgresql.ARRAY(postgresql.TEXT()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('holds_criteria', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('ended_early', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('created_by_kind', sa.Enum('user', 'token', 'system', 'anonymous', name='actor_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_by_id', sa.Uuid(), nullable=True),
    sa.Column('created_by_label', sa.String(), nullable=False),
    sa.CheckConstraint('starts_at <= ends_at', name=op.f('ck_launch_silences_ends_after_it_starts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_launch_silences'))
    )
    op.create_index(op.f('ix_launch_silences_created_at_id'), 'launch_silences', ['created_at', 'id'], unique=False)
    op.create_index(op.f('ix_launch_silences_ends_at'), 'launch_silences', ['ends_at'], unique=False)
    op.add_column('system_health_checks', sa.Column('silenced', sa.Boolean(), server_default=sa.text('false'), nullable=False))


def downgrade() -> None:
    op.drop_column('system_health_checks', 'silenced')
    op.drop_table('launch_silences')
    _forget_silences()
    _checks(_SUBJECTS, _KINDS)
