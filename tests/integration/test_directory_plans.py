"""The directory stays fast: pages and searches come from an index (SPEC S106)."""

import pytest
from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.couples import Couple
from db.models.suppliers import Supplier
from db.queries import couples, suppliers
from db.queries.pages import newest_first
from db.session import Database

ROWS = 20_000
_FILL = (
    "INSERT INTO users (email, role) SELECT 'u' || n || '@example.com', 'supplier' "
    f"FROM generate_series(1, {ROWS}) AS n",
    "INSERT INTO suppliers (user_id, email, business_name, created_at) "
    "SELECT id, email, 'Shop ' || email, now() - random() * interval '1 year' FROM users",
    "INSERT INTO couples (user_id, partner1_name, partner2_name) SELECT id, email, 'Jim' "
    "FROM users",
    "ANALYZE users, suppliers, couples",
)
PLANS = {
    "a page of suppliers": (
        newest_first(select(Supplier), Supplier.created_at, Supplier.id, 51, None),
        "ix_suppliers_created_at_id",
    ),
    "a search for suppliers": (
        select(Supplier).where(*suppliers.directory("zoe", None)),
        "ix_suppliers_words",
    ),
    "a search for couples": (
        select(Couple).where(*couples.directory("zoe")),
        "ix_couples_words",
    ),
    "a couple by its e-mail": (
        select(Couple).where(*couples.directory("u7@example.com")),
        "uq_users_email",
    ),
}


async def plan_of(session: AsyncSession, query: Select[Supplier] | Select[Couple]) -> str:
    """What PostgreSQL would do."""
    sql = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    return "\n".join(await session.scalars(text(f"EXPLAIN {sql}".replace(":*", "\\:*"))))


@pytest.mark.parametrize(("query", "index"), PLANS.values(), ids=PLANS)
async def test_no_whole_table_is_read(
    db: Database, query: Select[Supplier] | Select[Couple], index: str
) -> None:
    async with db.read() as session:
        for statement in _FILL:
            await session.execute(text(statement))
        assert index in await plan_of(session, query)
        await session.rollback()
