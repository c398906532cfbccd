"""who asks for help is found among those who stand still, finished or not

Revision: 0035, after 0034
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0035'
down_revision: str | Sequence[str] | None = '0034'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INDEX = 'ix_user_onboarding_progress_unfinished'


def upgrade() -> None:
    _renew('completed_at IS NULL OR assistance_needed')


def downgrade() -> None:
    _renew('completed_at IS NULL')


def _renew(where: str) -> None:
    op.drop_index(_INDEX, table_name='user_onboarding_progress')
    op.create_index(_INDEX, 'user_onboarding_progress', ['last_activity_at'], postgresql_where=sa.text(where))
