"""alerts: where each stands, and messages that survive a restart

Revision: 0004, after 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0004'
down_revision: str | Sequence[str] | None = '0003'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = "kind IN ('firing', 'worse', 'reminder', 'resolved', 'test')"
_SEVERITIES = "severity IN ('low', 'medium', 'high', 'critical')"


def upgrade() -> None:
    op.create_table('launch_alerts',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('incident_id', sa.Uuid(), nullable=True),
    sa.Column('incident_opened_for', sa.DateTime(timezone=True), nullable=True),
    sa.Column('incident_closed_for', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['launch_incidents.id'], name=op.f('fk_launch_alerts_incident_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_launch_alerts'))
    )
    op.create_index(op.f('ix_launch_alerts_incident_id'), 'launch_alerts', ['incident_id'], unique=False)
    op.create_index(op.f('ix_launch_alerts_updated_at'), 'launch_alerts', ['updated_at'], unique=False)
    # Nothing has written deliveries before this revision.
    op.execute("DELETE FROM alert_deliveries")
    op.add_column('alert_deliveries', sa.Column('kind', sa.String(length=32), nullable=False))
    op.add_column('alert_deliveries', sa.Column('severity', sa.String(length=32), nullable=False))
    op.add_column('alert_deliveries', sa.Column('title', sa.String(), nullable=False))
    op.add_column('alert_deliveries', sa.Column('body', sa.String(), nullable=False))
    op.add_column('alert_deliveries', sa.Column('lease_until', sa.DateTime(timezone=True), nullable=False))
    op.add_column('alert_deliveries', sa.Column('revision', sa.Integer(), nullable=False))
    op.add_column('alert_deliveries', sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('alert_deliveries', sa.Column('after_id', sa.Uuid(), nullable=True))
    op.create_check_constraint(op.f('ck_alert_deliveries_alert_kind'), 'alert_deliveries', _KINDS)
    op.create_check_constraint(op.f('ck_alert_deliveries_severity'), 'alert_deliveries', _SEVERITIES)
    op.create_index(op.f('ix_alert_deliveries_channel_created_at'), 'alert_deliveries', ['channel', 'created_at'], unique=False)
    op.create_index('ix_alert_deliveries_unfinished', 'alert_deliveries', ['lease_until'], unique=False, postgresql_where=sa.text('finished_at IS NULL'))


def downgrade() -> None:
    op.drop_index('ix_alert_deliveries_unfinished', table_name='alert_deliveries')
    op.drop_index(op.f('ix_alert_deliveries_channel_created_at'), table_name='alert_deliveries')
    for name in ('after_id', 'finished_at', 'revision', 'lease_until', 'body', 'title', 'severity', 'kind'):
        op.drop_column('alert_deliveries', name)
    op.drop_table('launch_alerts')
