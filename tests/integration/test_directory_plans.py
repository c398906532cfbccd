"""The directory stays fast: pages and searches come from an index (S106)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.couples import Couple
from db.models.invitations import Invitation
from db.models.suppliers import Supplier
from db.queries import couples, invitations, suppliers
from db.queries.pages import newest_first
from db.session import Database
from domain.marketplace.invitations import InvitationStatus
from domain.platform.keyset import Keyset

ROWS = 20_000
_FILL = (
    "INSERT INTO users (email, role) SELECT 'u' || n || '@example.com', 'supplier' "
    f"FROM generate_series(1, {ROWS}) AS n",
    "INSERT INTO suppliers (user_id, email, business_name, created_at) "
    "SELECT id, email, 'Shop ' || email, now() - random() * interval '1 year' FROM users",
    "INSERT INTO couples (user_id, partner1_name, partner2_name) SELECT id, email, 'Jim' "
    "FROM users",
    "INSERT INTO clients (supplier_id, couple_names) SELECT id, email FROM suppliers",
    "INSERT INTO invitations (supplier_id, client_id, invite_code, channel, email, status, "
    "expires_at) SELECT supplier_id, id, decode(md5(id::text), 'hex'), 'email', couple_names, "
    "'accepted', now() FROM clients",
    "ANALYZE users, suppliers, couples, invitations",
)
NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
Query = Select[Supplier] | Select[Couple] | Select[Invitation]


def invited(
    statuses: Sequence[InvitationStatus] | None, email: str | None = None
) -> Select[Invitation]:
    query = select(Invitation).where(*invitations.directory(statuses, NOW, email))
    return newest_first(query, Invitation.created_at, Invitation.id, Keyset(51))


PLANS: dict[str, tuple[Query, str]] = {
    "a page of suppliers": (suppliers.paged(None, None, Keyset(51)), "ix_suppliers_created_at_id"),
    "a search that few answer": (suppliers.paged("zoe", None, Keyset(51)), "ix_suppliers_words"),
    "a search that many answer": (suppliers.paged("u1", None, Keyset(51)), "ix_suppliers_words"),
    "a search for couples": (couples.paged("zoe", Keyset(51)), "ix_couples_words"),
    "a couple by its e-mail": (couples.paged("u7@example.com", Keyset(51)), "uq_users_email"),
    "invitations in one state": (
        invited([InvitationStatus.DECLINED]),
        "ix_invitations_status_created_at_id",
    ),
    "invitations to an e-mail": (invited(None, "u7@example.com"), "ix_invitations_email"),
}


async def plan_of(session: AsyncSession, query: Query) -> str:
    """What PostgreSQL would do."""
    sql = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    return "\n".join(await session.scalars(text(f"EXPLAIN {sql}".replace(":*", "\\:*"))))


async def test_directory_queries_use_indexes(db: Database) -> None:
    async with db.read() as session:
        for statement in _FILL:
            await session.execute(text(statement))
        plans = {name: await plan_of(session, query) for name, (query, _) in PLANS.items()}
        await session.rollback()
    assert [name for name, (_, index) in PLANS.items() if index not in plans[name]] == []
