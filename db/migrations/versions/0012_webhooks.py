"""webhooks: whose they are, who delivers, and the log of deliveries

Revision: 0012, after 0008
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0012'
down_revision: str | Sequence[str] | None = '0008'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LOGS = ("launch_events", "changes")
_SUBJECTS = (
    "phase", "flag", "health", "incident", "silence", "user", "token",
    "client", "invitation", "partnership", "onboarding",
)
_KINDS = "actor_kind IN ('user', 'token', 'system', 'anonymous')"
_NEW = ('lease_until', 'lease_owner', 'next_attempt_at', 'paused_reason', 'actor_label', 'actor_id', 'actor_kind', 'kinds')


def _subjects(names: Sequence[str]) -> None:
    listed = ", ".join(f"'{name}'" for name in names)
    for table in _LOGS:
        op.drop_constraint(op.f(f'ck_{table}_subject'), table, type_='check')
        op.create_check_constraint(op.f(f'ck_{table}_subject'), table, f"subject_kind IN ({listed})")


def _forget_events() -> None:
    """The older check refuses these events, and the log refuses to be shortened otherwise."""
    for table in reversed(_LOGS):
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        op.execute(f"DELETE FROM {table} WHERE subject_kind = 'webhook'")
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")


def upgrade() -> None:
    _subjects((*_SUBJECTS, "webhook"))
    # Nothing has written webhooks before this revision.
    op.execute("DELETE FROM webhooks")
    op.drop_column('webhooks', 'scopes')
    op.add_column('webhooks', sa.Column('scopes', postgresql.ARRAY(sa.TEXT()), nullable=False))
    op.add_column('webhooks', sa.Column('kinds', postgresql.ARRAY(sa.TEXT()), nullable=False))
    op.add_column('webhooks', sa.Column('actor_kind', sa.String(length=32), nullable=False))
    op.add_column('webhooks', sa.Column('actor_id', sa.Uuid(), nullable=True))
    op.add_column('webhooks', sa.Column('actor_label', sa.String(), nullable=False))
    op.add_column('webhooks', sa.Column('paused_reason', sa.String(), nullable=True))
    op.add_column('webhooks', sa.Column('next_attempt_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False))
    op.add_column('webhooks', sa.Column('lease_owner', sa.String(), nullable=True))
    op.add_column('webhooks', sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f('ck_webhooks_actor_kind'), 'webhooks', _KINDS)
    op.create_index(op.f('ix_webhooks_created_at_id'), 'webhooks', ['created_at', 'id'], unique=False)
    op.create_table('webhook_deliveries',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('webhook_id', sa.Uuid(), nullable=False),
    sa.Column('event_seq', sa.BigInteger(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('last_status', sa.Integer(), nullable=True),
    sa.Column('last_error', sa.String(), nullable=True),
    sa.Column('latency_ms', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['webhook_id'], ['webhooks.id'], name=op.f('fk_webhook_deliveries_webhook_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_deliveries')),
    sa.UniqueConstraint('webhook_id', 'event_seq', name=op.f('uq_webhook_deliveries_webhook_id_event_seq'))
    )
    op.create_index(op.f('ix_webhook_deliveries_created_at'), 'webhook_deliveries', ['created_at'], unique=False)
    op.create_index(op.f('ix_webhook_deliveries_webhook_id_created_at_id'), 'webhook_deliveries', ['webhook_id', 'created_at', 'id'], unique=False)


def downgrade() -> None:
    op.drop_table('webhook_deliveries')
    op.execute("DELETE FROM webhooks")
    op.drop_index(op.f('ix_webhooks_created_at_id'), table_name='webhooks')
    op.drop_constraint(op.f('ck_webhooks_actor_kind'), 'webhooks', type_='check')
    for name in (*_NEW, 'scopes'):
        op.drop_column('webhooks', name)
    op.add_column('webhooks', sa.Column('scopes', postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))
    _forget_events()
    _subjects(_SUBJECTS)
