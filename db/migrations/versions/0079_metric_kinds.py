"""a kind for each metric of outside tools; NULL: nobody has said

Revision: 0079, after 0078
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0079'
down_revision: str | Sequence[str] | None = '0078'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = sa.Enum('counter', 'gauge', 'ratio', 'histogram', name='metric_kind', native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.add_column('custom_metrics', sa.Column('kind', _KINDS, nullable=True))


def downgrade() -> None:
    op.drop_column('custom_metrics', 'kind')
