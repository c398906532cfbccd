"""what a token was made with; webhooks of the staff go on showing people (SEC10)

Revision: 0076, after 0075
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0076'
down_revision: str | Sequence[str] | None = '0075'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Made by a person, a webhook reads with the rights of that person's role: it has the new one too.
_OF_STAFF = "actor_kind = 'user' AND NOT 'people:read' = ANY (scopes)"


def upgrade() -> None:
    ancestors = postgresql.ARRAY(sa.Uuid())
    op.add_column(
        'api_tokens',
        sa.Column('ancestors', ancestors, server_default=sa.text("'{}'"), nullable=False),
    )
    op.execute(f"UPDATE webhooks SET scopes = scopes || '{{people:read}}' WHERE {_OF_STAFF}")


def downgrade() -> None:
    op.execute("UPDATE webhooks SET scopes = array_remove(scopes, 'people:read')")
    op.drop_column('api_tokens', 'ancestors')
