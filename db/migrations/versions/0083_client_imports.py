"""imports of clients from files (M10)

Revision: 0083, after 0082
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0083'
down_revision: str | Sequence[str] | None = '0082'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = 'client_imports'


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
        sa.Column('supplier_id', sa.Uuid(), nullable=False),
        sa.Column('created_by', sa.Uuid(), nullable=True),
        sa.Column(
            'created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False
        ),
        sa.Column('file_name', sa.String(), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ('rows', 'added', 'already_there', 'with_errors')
        ),
        sa.ForeignKeyConstraint(
            ['supplier_id'],
            ['suppliers.id'],
            name=op.f('fk_client_imports_supplier_id'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['created_by'],
            ['users.id'],
            name=op.f('fk_client_imports_created_by'),
            ondelete='SET NULL',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_client_imports')),
    )
    op.create_index(
        op.f('ix_client_imports_supplier_id_created_at_id'),
        _TABLE,
        ['supplier_id', 'created_at', 'id'],
    )
    op.create_index(op.f('ix_client_imports_created_by'), _TABLE, ['created_by'])
    op.add_column('clients', sa.Column('import_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f('fk_clients_import_id'), 'clients', _TABLE, ['import_id'], ['id'], ondelete='SET NULL'
    )
    op.create_index(op.f('ix_clients_import_id'), 'clients', ['import_id'])


def downgrade() -> None:
    op.drop_column('clients', 'import_id')
    op.drop_table(_TABLE)
