"""nudges, who was silenced by which incident, and the link that stops letters

Revision: 0019, after 0020
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0019'
down_revision: str | Sequence[str] | None = '0020'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = "'password_reset', 'password_changed', 'already_signed_up', 'invitation', 'confirm_email', 'email_changed', 'staff_invitation', 'partner_left', 'other'"


def upgrade() -> None:
    op.create_table('onboarding_holdups',
    sa.Column('onboarding_id', sa.Uuid(), nullable=False),
    sa.Column('incident_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['launch_incidents.id'], name=op.f('fk_onboarding_holdups_incident_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['onboarding_id'], ['user_onboarding_progress.id'], name=op.f('fk_onboarding_holdups_onboarding_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('onboarding_id', 'incident_id', name=op.f('pk_onboarding_holdups'))
    )
    op.create_index(op.f('ix_onboarding_holdups_incident_id'), 'onboarding_holdups', ['incident_id'], unique=False)
    op.add_column('user_onboarding_progress', sa.Column('nudge_kind', sa.Enum('stuck', 'works_again', name='nudge_kind', native_enum=False, create_constraint=True, length=32), nullable=True))
    op.add_column('user_onboarding_progress', sa.Column('nudge_step', sa.String(), nullable=True))
    op.add_column('user_onboarding_progress', sa.Column('nudged_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('user_onboarding_progress', sa.Column('left_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('mails', sa.Column('unsubscribe_url', sa.String(), nullable=True))
    op.drop_constraint(op.f('ck_mails_mail_kind'), 'mails', type_='check')
    op.create_check_constraint(op.f('ck_mails_mail_kind'), 'mails', f"kind IN ({_KINDS}, 'nudge')")


def downgrade() -> None:
    op.execute("DELETE FROM mails WHERE kind = 'nudge'")
    op.drop_constraint(op.f('ck_mails_mail_kind'), 'mails', type_='check')
    op.create_check_constraint(op.f('ck_mails_mail_kind'), 'mails', f"kind IN ({_KINDS})")
    op.drop_column('mails', 'unsubscribe_url')
    op.drop_column('user_onboarding_progress', 'left_at')
    op.drop_column('user_onboarding_progress', 'nudged_at')
    op.drop_column('user_onboarding_progress', 'nudge_step')
    op.drop_column('user_onboarding_progress', 'nudge_kind')
    op.drop_table('onboarding_holdups')
