"""A marketplace of a size to come: 100,000 suppliers, 1,000,000 clients and their invitations."""

import asyncio

import asyncpg

from bench.run import Run
from bench.stack import Stack

SUPPLIERS = 100_000
COUPLES = 100_000
CLIENTS_EACH = 10
BIG = "bench-supplier-1@wedsync.example"  # has a hundredth of all clients by itself
_WORDS = "ARRAY['Photo', 'Barn', 'Garden', 'Kitchen', 'Blumen', 'Strings', 'Manor', 'Studio']"
_KINDS = "ARRAY['photographer', 'venue', 'catering', 'florist', 'music', 'other']"
_NAMES = "ARRAY['Emma', 'Noor', 'Lena', 'Priya', 'Zoe', 'Rosa', 'Hanna', 'Julia']"
_MADE = "now() - n * interval '1 second'"

# Generated inside PostgreSQL: a COPY of the same rows from here would spend its time in Python.
_FILL = (
    (
        "people",
        "INSERT INTO users (email, role, created_at) "
        f"SELECT 'bench-' || role || '-' || n || '@wedsync.example', role, {_MADE} "
        "FROM (VALUES ('supplier', {suppliers}), ('couple', {couples})) AS side (role, most), "
        "generate_series(1, most) AS n",
    ),
    (
        "suppliers",
        "INSERT INTO suppliers (user_id, email, business_name, vendor_type, created_at) "
        f"SELECT id, email, ({_WORDS})[1 + n % 8] || ' ' || n, ({_KINDS})[1 + n % 6], created_at "
        "FROM (SELECT *, split_part(split_part(email, '@', 1), '-', 3)::int AS n FROM users "
        "WHERE role = 'supplier' AND email LIKE 'bench-%') AS made",
    ),
    (
        "couples",
        "INSERT INTO couples (user_id, partner1_name, partner2_name, created_at) "
        f"SELECT id, ({_NAMES})[1 + n % 8] || ' ' || n, 'James ' || n % 1000, created_at "
        "FROM (SELECT *, split_part(split_part(email, '@', 1), '-', 3)::int AS n FROM users "
        "WHERE role = 'couple' AND email LIKE 'bench-%') AS made",
    ),
    (
        "onboardings",
        "INSERT INTO user_onboarding_progress (user_id, user_type, last_activity_at, completed_at) "
        "SELECT id, role, created_at, CASE WHEN random() < 0.8 THEN created_at END "
        "FROM users WHERE email LIKE 'bench-%'",
    ),
    (
        "clients",
        "INSERT INTO clients (supplier_id, couple_names, email, status, created_at) "
        "SELECT CASE WHEN n % 100 = 0 THEN big.id ELSE suppliers.id END, "
        "'Emma & James ' || n, 'client-' || row_number() OVER () || '@couples.example', "
        "'invited', suppliers.created_at + n * interval '1 millisecond' "
        "FROM suppliers, generate_series(1, {each}) AS n, "
        f"(SELECT id FROM suppliers WHERE email = '{BIG}') AS big "
        "WHERE suppliers.email LIKE 'bench-%'",
    ),
    (
        "invitations",
        "INSERT INTO invitations "
        "(supplier_id, client_id, invite_code, channel, email, status, expires_at, created_at) "
        "SELECT supplier_id, id, decode(md5(id::text), 'hex'), 'email', email, "
        "CASE WHEN n % 1000 = 0 THEN 'declined' WHEN n % 10 < 6 THEN 'accepted' "
        "WHEN n % 10 < 8 THEN 'expired' ELSE 'sent' END, now() + interval '7 days', created_at "
        "FROM (SELECT *, row_number() OVER () AS n FROM clients "
        "WHERE email LIKE 'client-%') AS made",
    ),
)


def fill(run: Run, stack: Stack, share: float = 1.0) -> None:
    """Make all of them, or a share; `--quick` a twentieth."""
    sizes = {
        "suppliers": run.some(int(SUPPLIERS * share)),
        "couples": run.some(int(COUPLES * share)),
        "each": CLIENTS_EACH,
    }
    asyncio.run(_fill(run, stack.env["DATABASE_URL"], sizes))


async def _fill(run: Run, url: str, sizes: dict[str, int]) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)
    try:
        await connection.execute("SET synchronous_commit = off")
        for name, statement in _FILL:
            run.tell(f"making {name}")
            await connection.execute(statement.format(**sizes), timeout=600)
        run.tell("looking at what was made")
        await connection.execute("VACUUM ANALYZE", timeout=600)
    finally:
        await connection.close()
