"""bulk invitations (M10)

Revision: 0084, after 0083
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0084'
down_revision: str | Sequence[str] | None = '0083'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BULKS = 'bulk_invitations'
_ITEMS = 'bulk_invitation_items'
_ACTIVE = sa.text('stopped_at IS NULL AND finished_at IS NULL')
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        _BULKS,
        sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
        sa.Column('supplier_id', sa.Uuid(), nullable=False),
        sa.Column('created_by', sa.Uuid(), nullable=True),
        sa.Column('created_at', _MOMENT, server_default=sa.text('now()'), nullable=False),
        sa.Column('block', sa.String(), nullable=True),
        sa.Column('expires_in_days', sa.Integer(), nullable=True),
        sa.Column('next_at', _MOMENT, nullable=False),
        sa.Column('held_by', sa.String(), nullable=True),
        sa.Column('stopped_at', _MOMENT, nullable=True),
        sa.Column('finished_at', _MOMENT, nullable=True),
        _reference(_BULKS, 'supplier_id', 'suppliers', 'CASCADE'),
        _reference(_BULKS, 'created_by', 'users', 'SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_invitations')),
    )
    op.create_index(
        'uq_bulk_invitations_supplier_id_active',
        _BULKS,
        ['supplier_id'],
        unique=True,
        postgresql_where=_ACTIVE,
    )
    op.create_index(
        op.f('ix_bulk_invitations_supplier_id_created_at_id'),
        _BULKS,
        ['supplier_id', 'created_at', 'id'],
    )
    op.create_index(op.f('ix_bulk_invitations_created_by'), _BULKS, ['created_by'])
    op.create_index('ix_bulk_invitations_due', _BULKS, ['next_at'], postgresql_where=_ACTIVE)
    op.create_table(
        _ITEMS,
        sa.Column('bulk_id', sa.Uuid(), nullable=False),
        sa.Column('client_id', sa.Uuid(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('status', sa.String(length=32), server_default='waiting', nullable=False),
        sa.Column('reason', sa.String(), nullable=True),
        sa.Column('not_before', _MOMENT, nullable=True),
        sa.Column('decided_at', _MOMENT, nullable=True),
        sa.Column('invitation_id', sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'sent', 'not_sent', 'stopped')",
            name=op.f('ck_bulk_invitation_items_bulk_item_status'),
        ),
        _reference(_ITEMS, 'bulk_id', _BULKS, 'CASCADE'),
        _reference(_ITEMS, 'client_id', 'clients', 'CASCADE'),
        _reference(_ITEMS, 'invitation_id', 'invitations', 'SET NULL'),
        sa.PrimaryKeyConstraint('bulk_id', 'client_id', name=op.f('pk_bulk_invitation_items')),
    )
    op.create_index(
        op.f('ix_bulk_invitation_items_bulk_id_status_position'),
        _ITEMS,
        ['bulk_id', 'status', 'position'],
    )
    for name in ('client_id', 'invitation_id'):
        op.create_index(op.f(f'ix_bulk_invitation_items_{name}'), _ITEMS, [name])


def downgrade() -> None:
    op.drop_table(_ITEMS)
    op.drop_table(_BULKS)


def _reference(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f'fk_{table}_{column}')
    return sa.ForeignKeyConstraint([column], [f'{target}.id'], name=name, ondelete=ondelete)
