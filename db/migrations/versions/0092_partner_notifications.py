"""notifications of a partner who joins or leaves (M9)

Revision: 0092, after 0091
"""

from collections.abc import Sequence

from alembic import op

revision: str = '0092'
down_revision: str | Sequence[str] | None = '0091'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BEFORE = ('invitation_accepted', 'invitation_declined', 'invitation_ending', 'link_requested', 'connected', 'partnership_ended', 'help_answered', 'message')
_NEW = ('partner_joined', 'partner_left')
_TABLES = ('notifications', 'notification_preferences')


def _listed(kinds: Sequence[str]) -> str:
    return ', '.join(f"'{kind}'" for kind in kinds)


def _allow(kinds: Sequence[str]) -> None:
    for table in _TABLES:
        name = op.f(f'ck_{table}_notification_kind')
        op.drop_constraint(name, table, type_='check')
        op.create_check_constraint(name, table, f'kind IN ({_listed(kinds)})')


def upgrade() -> None:
    _allow((*_BEFORE, *_NEW))


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f'DELETE FROM {table} WHERE kind IN ({_listed(_NEW)})')
    _allow(_BEFORE)
