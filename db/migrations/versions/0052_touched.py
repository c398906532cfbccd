"""a row that is touched by SQL of others never goes back in time (D6)

Revision: 0052, after 0051
"""

from collections.abc import Sequence

from alembic import op

revision: str = '0052'
down_revision: str | Sequence[str] | None = '0051'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The application writes `updated_at` itself, by its own clock. Where a transaction writes a row
# twice the moment is the same, and the trigger must not put the clock of the database there.
_LATER = 'greatest(OLD.updated_at, now())'


def upgrade() -> None:
    _renew(_LATER)


def downgrade() -> None:
    _renew('now()')


def _renew(moment: str) -> None:
    op.execute(f"""
        CREATE OR REPLACE FUNCTION launch_touch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.updated_at = OLD.updated_at THEN NEW.updated_at := {moment}; END IF;
            RETURN NEW;
        END $$
    """)
    op.execute(f"""
        CREATE OR REPLACE FUNCTION launch_touch_flag() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.updated_at = OLD.updated_at THEN NEW.updated_at := {moment}; END IF;
            IF NEW.version = OLD.version THEN NEW.version := OLD.version + 1; END IF;
            RETURN NEW;
        END $$
    """)
