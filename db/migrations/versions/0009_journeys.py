"""runs of the journeys and what they add up to; counting begins with this revision

Revision: 0009, after 0010
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0009'
down_revision: str | Sequence[str] | None = '0010'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JOURNEYS = sa.Enum('supplier_onboarding', 'invitation_accept', 'signup_to_connection', name='journey_key', native_enum=False, create_constraint=True, length=32)
VENDORS = sa.Enum('photographer', 'venue', 'catering', 'florist', 'music', 'other', name='vendor_type', native_enum=False, create_constraint=True, length=32)
OUTCOMES = sa.Enum('running', 'completed', 'failed', 'abandoned', name='outcome', native_enum=False, create_constraint=True, length=32)
MEASURES = sa.Enum('entered', 'waiting', 'completed', 'failed', 'abandoned', 'in_time', 'timed', 'seconds', name='measure', native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table('journey_counts',
    sa.Column('resolution_seconds', sa.Integer(), nullable=False),
    sa.Column('cohort_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('journey', JOURNEYS, nullable=False),
    sa.Column('vendor_type', sa.String(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('measure', MEASURES, nullable=False),
    sa.Column('bucket', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('resolution_seconds', 'cohort_at', 'journey', 'vendor_type', 'step', 'measure', 'bucket', name=op.f('pk_journey_counts'))
    )
    op.create_table('journey_runs',
    sa.Column('journey', JOURNEYS, nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('vendor_type', VENDORS, nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('step', sa.String(), nullable=True),
    sa.Column('done', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('outcome', OUTCOMES, server_default='running', nullable=False),
    sa.PrimaryKeyConstraint('journey', 'subject_id', name=op.f('pk_journey_runs'))
    )
    op.create_index('ix_journey_runs_moved_at_running', 'journey_runs', ['moved_at'], unique=False, postgresql_where=sa.text("outcome = 'running'"))


def downgrade() -> None:
    op.drop_table('journey_runs')
    op.drop_table('journey_counts')
