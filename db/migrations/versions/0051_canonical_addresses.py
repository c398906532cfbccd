"""e-mail addresses in the one form in which they are stored

International domains become punycode, so that one mailbox is one account. No two rows are merged:
an address that another row of the table has already, and one whose domain is none, stay as they
are, and their ids are logged.

Revision: 0051, after 0050
"""

import logging
from collections.abc import Sequence

import idna
import sqlalchemy as sa
from alembic import op

revision: str = '0051'
down_revision: str | Sequence[str] | None = '0050'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

logger = logging.getLogger('alembic.runtime.migration')


def upgrade() -> None:
    for table in ('users', 'suppliers', 'clients', 'invitations'):
        _canonical(table)


def downgrade() -> None:
    """The older release reads these addresses as well."""


def _canonical(table: str) -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(f"SELECT id, email FROM {table} WHERE email ~ '[^ -~]' ORDER BY created_at, id")
    ).all()
    left = [str(key) for key, email in rows if not _move(connection, table, key, email)]
    if left:
        logger.warning('%s: %d e-mail addresses stay as they are: %s', table, len(left), left)


def _move(connection: sa.Connection, table: str, key: object, email: str) -> bool:
    local, _, domain = email.rpartition('@')
    try:
        address = f'{local}@' + idna.encode(domain, uts46=True, std3_rules=True).decode('ascii')
    except idna.IDNAError:
        return False
    try:
        with connection.begin_nested():
            connection.execute(
                sa.text(f'UPDATE {table} SET email = :address WHERE id = :key'),
                {'address': address, 'key': key},
            )
    except sa.exc.IntegrityError:
        return False
    return True
