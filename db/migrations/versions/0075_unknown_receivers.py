"""receivers of a flag version that were lost, its slower percentiles, and the time to its commit

Revision: 0075, after 0074
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0075'
down_revision: str | Sequence[str] | None = '0074'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = 'flag_propagations'
_COUNTS = ('unknown_processes', 'unknown_streams')
_TIMES = ('p99_ms', 'slowest_ms', 'commit_ms')


def upgrade() -> None:
    for name in _COUNTS:
        op.add_column(_TABLE, sa.Column(name, sa.Integer(), server_default='0', nullable=False))
    for name in _TIMES:
        op.add_column(_TABLE, sa.Column(name, sa.Integer()))


def downgrade() -> None:
    for name in (*_COUNTS, *_TIMES):
        op.drop_column(_TABLE, name)
