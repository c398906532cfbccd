"""e-mail addresses in the one form in which they are stored

International domains become punycode and domains lower case, so that one mailbox is one account.
No two rows are merged: an address that another row of the table has already, and one that is not
an address by the rules of today, stay as they are, and their ids are logged.

Revision: 0051, after 0050
"""

import logging
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from domain.email_addresses import parse_address
from domain.errors import Invalid

revision: str = '0051'
down_revision: str | Sequence[str] | None = '0050'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

logger = logging.getLogger('alembic.runtime.migration')

# What is in this form is an address already; most rows are.
_PLAIN = r"^[A-Za-z0-9!#$%&''*+/^_`{|}~.-]+@([a-z0-9]+[.])+[a-z]+$"


def upgrade() -> None:
    for table in ('users', 'suppliers', 'clients', 'invitations'):
        _canonical(table)


def downgrade() -> None:
    """The older release reads these addresses as well."""


def _canonical(table: str) -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(f"SELECT id, email FROM {table} WHERE email !~ '{_PLAIN}' ORDER BY created_at, id")
    ).all()
    left = [str(key) for key, email in rows if not _move(connection, table, key, email)]
    if left:
        logger.warning('%s: %d e-mail addresses stay as they are: %s', table, len(left), left)


def _move(connection: sa.Connection, table: str, key: object, email: str) -> bool:
    try:
        address = parse_address(email)
    except Invalid:
        return False
    if address == email:
        return True
    try:
        with connection.begin_nested():
            connection.execute(
                sa.text(f'UPDATE {table} SET email = :address WHERE id = :key'),
                {'address': address, 'key': key},
            )
    except sa.exc.IntegrityError:
        return False
    return True
