"""Three queries over the same rows of the same PostgreSQL: ours, mercurius, PostGraphile."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter

import asyncpg

from bench.client import Client, checked
from bench.figures import Figure, figure, ratio
from bench.launches import FLAGS, admin, admin_token, make_flags, make_phase
from bench.peers import installed
from bench.queries import CURSOR, FLAG_LIST
from bench.run import Run
from bench.stack import Process

_CONNECTIONS = 8
_FLAG = "key name enabled rolloutPercentage targetGroups clientVisible version updatedAt"
_PHASE = f"""query ($id: ID!) {{ launchPhase(id: $id) {{ id key name status position
  flags {{ targetPercentage position flag {{ {_FLAG} }} }} }} }}"""
_SUPPLIERS = """{ suppliers(first: 20) { nodes { id email businessName vendorType
  clients(first: 10) { nodes { id coupleNames email weddingDate status } } } } }"""
_PEER_FLAGS = f"{{ featureFlags(first: 200) {{ nodes {{ {_FLAG} }} }} }}"
_POSTGRAPHILE = {
    "flags": """{ featureFlags: allFeatureFlags(first: 200, orderBy: FLAG_KEY_ASC) { nodes {
      flagKey flagName enabled rolloutPercentage targetGroups clientVisible version
      updatedAt } } }""",
    "phase": """query ($id: UUID!) { launchPhase: launchPhaseByRowId(rowId: $id) { rowId key
      phaseName status position launchPhaseFlags: launchPhaseFlagsByPhaseId { nodes {
      targetPercentage position flag: featureFlagByFlagId { flagKey flagName enabled
      rolloutPercentage targetGroups clientVisible version updatedAt } } } } }""",
    "suppliers": """{ suppliers: allSuppliers(first: 20, orderBy: CREATED_AT_DESC) { nodes {
      rowId email businessName vendorType clients: clientsBySupplierId(first: 10,
      orderBy: CREATED_AT_DESC) { nodes { rowId coupleNames email weddingDate status } } } } }""",
}
_FILL = """
INSERT INTO users (email, role) SELECT 's' || n || '@bench.test', 'supplier'
  FROM generate_series(1, 1000) n;
INSERT INTO suppliers (user_id, email, business_name, vendor_type)
  SELECT id, email, 'Business ' || email, 'venue' FROM users WHERE role = 'supplier';
INSERT INTO clients (supplier_id, couple_names, email, wedding_date)
  SELECT s.id, 'Couple ' || n, 'c' || n || '@bench.test', '2027-05-01'
  FROM suppliers s, generate_series(1, 30) n;
ANALYZE;
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query to one server."""

    server: Process
    token: str | None
    document: str
    variables: dict[str, object]


def measure(run: Run) -> Iterable[Figure]:
    """In rounds, one server after the other, so that all meet the same neighbours."""
    folder = installed(run.tell)
    with run.stack() as stack:
        asyncio.run(_fill(stack.plain_url))
        ours, token = stack.serve(), admin_token(stack)
        with admin(stack, ours) as client:
            phase = make_phase(client, make_flags(client, FLAGS)[:10])
            cursor = client.data(CURSOR)["featureFlags"]["pageInfo"]["endCursor"]
        row = asyncio.run(_phase_id(stack.plain_url))
        variables: dict[str, tuple[dict[str, object], dict[str, object]]] = {
            "flags": ({"after": cursor}, {}),
            "phase": ({"id": phase}, {"id": row}),
        }
        peers = {name: stack.peer(name, folder) for name in ("mercurius", "postgraphile")}
        for name, documents in {
            f"Q1: {FLAGS} flags of 8 fields": (FLAG_LIST, _PEER_FLAGS, "flags"),
            "Q2: a phase with its 10 flags": (_PHASE, _PHASE, "phase"),
            "Q3: 20 suppliers, 10 clients each": (_SUPPLIERS, _SUPPLIERS, "suppliers"),
        }.items():
            mine, theirs, kind = documents
            own, plain = variables.get(kind, ({}, {}))
            asked = {
                "launch": Asked(ours, token, mine, own),
                "mercurius": Asked(peers["mercurius"], None, theirs, plain),
                "PostGraphile": Asked(peers["postgraphile"], None, _POSTGRAPHILE[kind], plain),
            }
            yield from _compared(run, name, asked)


def _compared(run: Run, name: str, asked: dict[str, Asked]) -> Iterator[Figure]:
    rates: dict[str, list[float]] = {who: [] for who in asked}
    costs: dict[str, list[float]] = {who: [] for who in asked}
    for number in range(run.some(5)):
        for who, item in asked.items():
            run.tell(f"{name}: {who}, round {number + 1}")
            rate, cost = _round(item, run.some(200))
            if number:  # the first warms up
                rates[who].append(rate)
                costs[who].append(cost)
    first = figure("", "", costs["launch"]).p50
    for who in asked:
        yield figure(f"{name}, {who}", "1/s", rates[who])
        yield figure("  its CPU a request", "ms", costs[who])
        if who != "launch":
            yield ratio(f"  {who}'s CPU / ours", figure("", "", costs[who]).p50, first)


def _round(item: Asked, each: int) -> tuple[float, float]:
    """Requests a second over eight connections, and milliseconds of CPU a request."""
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(_CONNECTIONS))
        clients = [
            stack.enter_context(Client(item.server.port, item.token)) for _ in range(_CONNECTIONS)
        ]
        request = clients[0].operation(item.document, **item.variables)
        checked(clients[0].send(request)[1])
        before, begin = item.server.cpu_seconds(), perf_counter()
        list(pool.map(_repeated(request, each), clients))
        seconds, used = perf_counter() - begin, item.server.cpu_seconds() - before
    return _CONNECTIONS * each / seconds, used / (_CONNECTIONS * each) * 1e3


def _repeated(request: bytes, each: int) -> Callable[[Client], None]:
    def send(client: Client) -> None:
        for _ in range(each):
            client.send(request)

    return send


async def _fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(_FILL)
    await connection.close()


async def _phase_id(url: str) -> str:
    connection = await asyncpg.connect(url)
    query = "SELECT id::text FROM launch_phases WHERE key = 'bench_phase'"
    found = await connection.fetchval(query)
    await connection.close()
    return str(found)
