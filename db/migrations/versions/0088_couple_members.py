"""couples of two accounts, and the invitation from one partner to the other (M9)

Revision: 0088, after 0087

The release before reads and writes `couples.user_id` only. Two triggers serve it until the column
is dropped: the owner of a new couple becomes its member, and a couple outlives its owner where the
other partner has an account.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0088'
down_revision: str | Sequence[str] | None = '0087'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NOW = sa.text('now()')
_PENDING = sa.text("status IN ('sent', 'opened')")

_ADD_MEMBER = """
CREATE FUNCTION launch_add_couple_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO couple_members (user_id, couple_id, seat, joined_at)
  VALUES (NEW.user_id, NEW.id, 1, NEW.created_at) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
"""
_KEEP_COUPLE = """
CREATE FUNCTION launch_keep_couple() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE couples SET user_id = other.user_id FROM couple_members other
  WHERE couples.user_id = OLD.id AND other.couple_id = couples.id AND other.user_id <> OLD.id;
  RETURN OLD;
END $$
"""

# A second partner has no row of their own, which the release before expects of every couple.
_OWN_COUPLES = """
INSERT INTO couples (user_id)
SELECT user_id FROM couple_members member
WHERE NOT EXISTS (SELECT 1 FROM couples WHERE couples.user_id = member.user_id)
"""


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    default = None if nullable else _NOW
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def upgrade() -> None:
    op.create_table('couple_members',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('seat', sa.SmallInteger(), nullable=False),
    _moment('joined_at'),
    sa.CheckConstraint('seat IN (1, 2)', name=op.f('ck_couple_members_seat')),
    sa.ForeignKeyConstraint(['couple_id'], ['couples.id'], name=op.f('fk_couple_members_couple_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_couple_members_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_couple_members')),
    sa.UniqueConstraint('couple_id', 'seat', name=op.f('uq_couple_members_couple_id_seat'))
    )
    op.execute(_ADD_MEMBER)
    op.execute(_KEEP_COUPLE)
    # The triggers come first: they hold off writers until the rows of before are copied.
    op.execute(
        'CREATE TRIGGER couples_add_member AFTER INSERT ON couples '
        'FOR EACH ROW EXECUTE FUNCTION launch_add_couple_member()'
    )
    op.execute(
        'CREATE TRIGGER users_keep_couple BEFORE DELETE ON users '
        'FOR EACH ROW EXECUTE FUNCTION launch_keep_couple()'
    )
    op.execute(
        'INSERT INTO couple_members (user_id, couple_id, seat, joined_at) '
        'SELECT user_id, id, 1, created_at FROM couples'
    )
    op.create_table('couple_invitations',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('couple_id', sa.Uuid(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('accepted_by', sa.Uuid(), nullable=True),
    sa.Column('invite_code', sa.LargeBinary(), nullable=False),
    sa.Column('mail_code', sa.LargeBinary(), nullable=True),
    sa.Column('channel', sa.Enum('email', 'link', name='invitation_channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('status', sa.Enum('sent', 'opened', 'accepted', 'expired', 'revoked', 'declined', name='invitation_status', native_enum=False, create_constraint=True, length=32), server_default='sent', nullable=False),
    _moment('created_at'),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    _moment('accepted_at', nullable=True),
    sa.CheckConstraint("(channel = 'link') OR (email IS NOT NULL)", name=op.f('ck_couple_invitations_email')),
    sa.ForeignKeyConstraint(['couple_id'], ['couples.id'], name=op.f('fk_couple_invitations_couple_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_couple_invitations_created_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['accepted_by'], ['users.id'], name=op.f('fk_couple_invitations_accepted_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_couple_invitations')),
    sa.UniqueConstraint('invite_code', name=op.f('uq_couple_invitations_invite_code')),
    sa.UniqueConstraint('mail_code', name=op.f('uq_couple_invitations_mail_code'))
    )
    op.create_index('uq_couple_invitations_couple_id_pending', 'couple_invitations', ['couple_id'], unique=True, postgresql_where=_PENDING)
    op.create_index(op.f('ix_couple_invitations_couple_id_created_at'), 'couple_invitations', ['couple_id', 'created_at'])
    op.create_index(op.f('ix_couple_invitations_created_by'), 'couple_invitations', ['created_by'])
    op.create_index(op.f('ix_couple_invitations_accepted_by'), 'couple_invitations', ['accepted_by'])
    op.add_column('mails', sa.Column('couple_invitation_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_mails_couple_invitation_id'), 'mails', 'couple_invitations', ['couple_invitation_id'], ['id'], ondelete='CASCADE')
    op.create_index(op.f('ix_mails_couple_invitation_id'), 'mails', ['couple_invitation_id'])


def downgrade() -> None:
    op.drop_column('mails', 'couple_invitation_id')
    op.drop_table('couple_invitations')
    op.execute('DROP TRIGGER users_keep_couple ON users')
    op.execute('DROP TRIGGER couples_add_member ON couples')
    op.execute('DROP FUNCTION launch_keep_couple()')
    op.execute('DROP FUNCTION launch_add_couple_member()')
    op.execute(_OWN_COUPLES)
    op.drop_table('couple_members')
