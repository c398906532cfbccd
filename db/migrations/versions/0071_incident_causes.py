"""one cause opens one incident: what follows from it is listed there

Revision: 0071, after 0070
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0071'
down_revision: str | Sequence[str] | None = '0070'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NAMES = ('explains', 'follows_from')


def upgrade() -> None:
    for name in _NAMES:
        op.add_column('launch_incidents', sa.Column(name, postgresql.ARRAY(sa.TEXT()), server_default=sa.text("'{}'"), nullable=False))
        op.create_index(f'ix_launch_incidents_{name}', 'launch_incidents', [name], postgresql_using='gin')
    op.add_column('launch_incidents', sa.Column('cause_gone_at', sa.DateTime(timezone=True), nullable=True))
    # A rollback is over as soon as it is done, and an incident of a check is named by its key.
    op.execute("UPDATE launch_incidents SET cause_gone_at = created_at WHERE incident_type = 'phase_rollback'")
    op.execute("UPDATE launch_incidents SET explains = ARRAY[dedup_key] WHERE dedup_key LIKE 'health:%'")
    op.create_table(
        'incident_dependents',
        sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
        sa.Column('episode_id', sa.Uuid(), nullable=False),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('title', sa.String(), nullable=False),
        sa.Column('severity', sa.Enum('low', 'medium', 'high', 'critical', name='severity', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('explanation', sa.String(), nullable=True),
        sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('draft', postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(['episode_id'], ['incident_episodes.id'], name='fk_incident_dependents_episode_id', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name='pk_incident_dependents'),
        sa.UniqueConstraint('episode_id', 'key', name='uq_incident_dependents_episode_id_key'),
    )
    op.create_index('ix_incident_dependents_open', 'incident_dependents', ['key'], postgresql_where=sa.text('ended_at IS NULL'))


def downgrade() -> None:
    op.drop_table('incident_dependents')
    op.drop_column('launch_incidents', 'cause_gone_at')
    for name in _NAMES:
        op.drop_column('launch_incidents', name)
