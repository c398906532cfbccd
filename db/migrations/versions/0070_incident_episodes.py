"""incidents have episodes: one for each time from its beginning to its end

Revision: 0070, after 0052
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0070'
down_revision: str | Sequence[str] | None = '0052'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The audit says when each incident was opened, resolved and opened again. Its words were only
# kept once, so all of its episodes get them; the first bad sample is known of the first one.
_CARRY_OVER = """
WITH begun AS (
  SELECT id AS incident_id, created_at AS at FROM launch_incidents
  UNION
  SELECT subject_id, at FROM changes
  WHERE subject_kind = 'incident' AND action IN ('came back', 'reopened')
    AND subject_id IN (SELECT id FROM launch_incidents)
),
counted AS (
  SELECT incident_id, at, row_number() OVER w AS number, lead(at) OVER w AS next_at
  FROM begun WINDOW w AS (PARTITION BY incident_id ORDER BY at)
),
spanned AS (
  SELECT counted.*, CASE WHEN next_at IS NULL THEN incident.resolved_at ELSE coalesce(
    (SELECT max(change.at) FROM changes AS change
     WHERE change.subject_kind = 'incident' AND change.subject_id = counted.incident_id
       AND change.action = 'resolved' AND change.at BETWEEN counted.at AND counted.next_at),
    next_at) END AS ended_at
  FROM counted JOIN launch_incidents AS incident ON incident.id = counted.incident_id
)
INSERT INTO incident_episodes (incident_id, number, title, description, severity, phase_id, run_id,
  first_bad_at, detected_at, acknowledged_at, ended_at, resolution_notes)
SELECT incident.id, spanned.number, incident.title, incident.description, incident.severity,
  incident.phase_id, incident.run_id,
  CASE WHEN spanned.number = 1 THEN
    (SELECT least(spanned.at, min(message.first_bad_at)) FROM alert_deliveries AS message
     WHERE message.incident_id = incident.id HAVING count(*) > 0) END,
  spanned.at,
  CASE WHEN spanned.next_at IS NULL THEN incident.acknowledged_at END,
  spanned.ended_at,
  CASE WHEN spanned.next_at IS NULL THEN incident.resolution_notes END
FROM spanned JOIN launch_incidents AS incident ON incident.id = spanned.incident_id
"""


def upgrade() -> None:
    op.create_table(
        'incident_episodes',
        sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
        sa.Column('incident_id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('title', sa.String(), nullable=False),
        sa.Column('description', sa.String(), nullable=True),
        sa.Column('severity', sa.Enum('low', 'medium', 'high', 'critical', name='severity', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('phase_id', sa.Uuid(), nullable=True),
        sa.Column('run_id', sa.Uuid(), nullable=True),
        sa.Column('first_bad_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('detected_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('worsened_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('resolution_notes', sa.String(), nullable=True),
        sa.Column('explanation', sa.String(), nullable=True),
        sa.Column('value', sa.Float(), nullable=True),
        sa.Column('unit', sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column('observed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('words_edited', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.CheckConstraint('first_bad_at <= detected_at', name=op.f('ck_incident_episodes_first_bad_at')),
        sa.ForeignKeyConstraint(['incident_id'], ['launch_incidents.id'], name='fk_incident_episodes_incident_id', ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['phase_id'], ['launch_phases.id'], name='fk_incident_episodes_phase_id', ondelete='SET NULL'),
        sa.ForeignKeyConstraint(['run_id'], ['phase_runs.id'], name='fk_incident_episodes_run_id', ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name='pk_incident_episodes'),
        sa.UniqueConstraint('incident_id', 'number', name='uq_incident_episodes_incident_id_number'),
    )
    op.create_index('ix_incident_episodes_phase_id', 'incident_episodes', ['phase_id'])
    op.create_index('ix_incident_episodes_run_id', 'incident_episodes', ['run_id'])
    op.create_index('uq_incident_episodes_open', 'incident_episodes', ['incident_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.execute(_CARRY_OVER)


def downgrade() -> None:
    op.drop_table('incident_episodes')
