"""durations of journeys: all of a cohort in one row

What processes of before write meanwhile, one row for each bucket, is read as well.

Revision: 0031, after 0018
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0031'
down_revision: str | Sequence[str] | None = '0018'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column('journey_counts', sa.Column('durations', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False))
    op.execute("""
        WITH apart AS (DELETE FROM journey_counts WHERE measure = 'seconds' RETURNING *)
        INSERT INTO journey_counts (resolution_seconds, cohort_at, journey, vendor_type, step, measure, bucket, number, durations)
        SELECT resolution_seconds, cohort_at, journey, vendor_type, step, measure, -1, sum(number),
               coalesce(jsonb_object_agg(bucket, number) FILTER (WHERE number <> 0), '{}')
        FROM apart GROUP BY 1, 2, 3, 4, 5, 6
    """)


def downgrade() -> None:
    op.execute("""
        WITH packed AS (DELETE FROM journey_counts WHERE bucket = -1 RETURNING *)
        INSERT INTO journey_counts (resolution_seconds, cohort_at, journey, vendor_type, step, measure, bucket, number)
        SELECT resolution_seconds, cohort_at, journey, vendor_type, step, measure, key::int, value::int
        FROM packed, jsonb_each_text(durations)
        ON CONFLICT (resolution_seconds, cohort_at, journey, vendor_type, step, measure, bucket)
        DO UPDATE SET number = journey_counts.number + excluded.number
    """)
    op.drop_column('journey_counts', 'durations')
