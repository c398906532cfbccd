"""counts of journeys are added as rows, which a worker folds (PERF2)

Revision: 0078, after 0077

Every sign-up held the counts of its minute, hour and day until its commit. The version before goes on
adding to the counts themselves.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0078'
down_revision: str | Sequence[str] | None = '0077'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        'journey_additions',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('journey', sa.Enum('supplier_onboarding', 'invitation_accept', 'signup_to_connection', name='journey_key', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('vendor_type', sa.String(), nullable=False),
        sa.Column('step', sa.String(), nullable=False),
        sa.Column('measure', sa.Enum('entered', 'waiting', 'completed', 'failed', 'abandoned', 'in_time', 'timed', 'seconds', name='measure', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('bucket', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_journey_additions')),
    )


def downgrade() -> None:
    # A worker folds within seconds; what waits in the moment of a downgrade would be lost.
    op.execute("LOCK TABLE journey_additions IN ACCESS EXCLUSIVE MODE")
    op.execute("""
        DO $$ BEGIN
          IF EXISTS (SELECT FROM journey_additions) THEN
            RAISE EXCEPTION 'journey_additions holds rows: run a worker of this version first';
          END IF;
        END $$
    """)
    op.drop_table('journey_additions')
