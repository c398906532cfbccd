"""Three queries over the same rows of the same PostgreSQL: ours, mercurius, PostGraphile."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple

import asyncpg

from bench.client import Client, checked
from bench.figures import Figure, figure, rank, ratio
from bench.launches import FLAGS, admin, admin_token, make_flags, make_phase
from bench.peers import installed
from bench.queries import CURSOR, FLAG_LIST
from bench.run import Run
from bench.stack import Process
from bench.writers import writing

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


_ELSEWHERE = "UPDATE users SET last_login_at = now() WHERE email = 's1@bench.test'"
_FLAG_WRITE = (
    "UPDATE feature_flags SET description = now()::text WHERE flag_key = 'bench_flag_00001'"
)
_CLIENT_WRITE = """UPDATE clients SET notes = now()::text WHERE id =
  (SELECT id FROM clients WHERE supplier_id =
    (SELECT id FROM suppliers ORDER BY created_at DESC, id DESC LIMIT 1)
  ORDER BY created_at DESC, id DESC LIMIT 1)"""


@dataclass(frozen=True, slots=True)
class Beside:
    """What happens meanwhile; `anew`: no request comes twice."""

    name: str
    writes: str | None = None
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """One query to one server."""

    server: Process
    token: str | None
    document: str
    variables: dict[str, object]


class Round(NamedTuple):
    """Requests a second, milliseconds of CPU of the server for each, and the slowest in 100."""

    rate: float
    cost: float
    p99: float


def measure(run: Run) -> Iterable[Figure]:
    """In rounds, one server after the other, so that all meet the same neighbours."""
    folder = installed(run.tell)
    with run.stack() as stack:
        asyncio.run(_fill(stack.plain_url))
        app, token = stack.serve(), admin_token(stack)
        with admin(stack, app) as client:
            phase = make_phase(client, make_flags(client, FLAGS)[:10])
            cursor = client.data(CURSOR)["featureFlags"]["pageInfo"]["endCursor"]
        row = asyncio.run(_phase_id(stack.plain_url))
        variables: dict[str, tuple[dict[str, object], dict[str, object]]] = {
            "flags": ({"after": cursor}, {}),
            "phase": ({"id": phase}, {"id": row}),
        }
        peers = {name: stack.peer(name, folder) for name in ("mercurius", "postgraphile")}
        for name, documents in {
            f"Q1: {FLAGS} flags of 8 fields": (FLAG_LIST, _PEER_FLAGS, "flags", _FLAG_WRITE),
            "Q2: a phase with its 10 flags": (_PHASE, _PHASE, "phase", _FLAG_WRITE),
            "Q3: 20 suppliers, 10 clients each": (
                _SUPPLIERS, _SUPPLIERS, "suppliers", _CLIENT_WRITE,
            ),
        }.items():  # fmt: skip
            own_document, peer_document, kind, same = documents
            own, plain = variables.get(kind, ({}, {}))
            targets = {
                "launch": Target(app, token, own_document, own),
                "mercurius": Target(peers["mercurius"], None, peer_document, plain),
                "PostGraphile": Target(peers["postgraphile"], None, _POSTGRAPHILE[kind], plain),
            }
            for beside in (
                Beside("200 commits a second to the same table", same),
                Beside("200 commits a second elsewhere", _ELSEWHERE),
                Beside("the same, no request comes twice", same, anew=True),
                Beside("nobody writes"),
            ):
                compared = {
                    label: item for label, item in targets.items() if _is_compared(label, beside)
                }
                yield from _compare(
                    run, f"{name}; {beside.name}", compared, stack.plain_url, beside
                )


def _is_compared(system: str, beside: Beside) -> bool:
    return system != "PostGraphile" or beside.writes is None


def _compare(
    run: Run, name: str, targets: dict[str, Target], url: str, beside: Beside
) -> Iterator[Figure]:
    rounds_by_system: dict[str, list[Round]] = {system: [] for system in targets}
    commits: list[float] = []
    for number in range(run.some(5) + 1):
        for system, item in targets.items():
            run.tell(f"{name}: {system}, round {number + 1}")
            with writing(url, beside.writes, commits):
                done = _round(item, run.some(200), anew=beside.anew)
            if number:  # the first warms up
                rounds_by_system[system].append(done)
    for system, rounds in rounds_by_system.items():
        yield figure(f"{name}, {system}", "1/s", [item.rate for item in rounds])
        yield figure("  its CPU a request", "ms", [item.cost for item in rounds])
        yield figure("  its p99", "ms", [item.p99 for item in rounds])
    if commits:
        yield figure("  commits a second", "1/s", commits)
    for system in targets:
        if system != "launch":
            yield from _ratios(system, rounds_by_system[system], rounds_by_system["launch"])


def _ratios(
    system: str, peer_rounds: Sequence[Round], own_rounds: Sequence[Round]
) -> Iterator[Figure]:
    for title, value in (("requests", "rate"), ("CPU", "cost"), ("p99", "p99")):
        own_value, other = (
            figure("", "", [getattr(item, value) for item in rounds]).p50
            for rounds in (own_rounds, peer_rounds)
        )
        yield ratio(f"  our {title} / {system}'s", own_value, other)


def _round(item: Target, each: int, *, anew: bool) -> Round:
    """Over eight connections."""
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(_CONNECTIONS))
        clients = [
            stack.enter_context(Client(item.server.port, item.token)) for _ in range(_CONNECTIONS)
        ]
        for number, client in enumerate(clients):
            client.number_from(number * 10**6)
            checked(client.send(client.operation(item.document, **item.variables))[1])
        before, begin = item.server.cpu_seconds(), perf_counter()
        times = list(pool.map(_repeat(item, each, anew=anew), clients))
        seconds, used = perf_counter() - begin, item.server.cpu_seconds() - before
    total = _CONNECTIONS * each
    slowest = rank(sorted(time for part in times for time in part), 0.99)
    return Round(total / seconds, used / total * 1e3, slowest * 1e3)


def _repeat(item: Target, each: int, *, anew: bool) -> Callable[[Client], list[float]]:
    def send(client: Client) -> list[float]:
        make = client.anew if anew else client.operation
        requests = [make(item.document, **item.variables) for _ in range(each if anew else 1)]
        return [client.send(requests[n % len(requests)])[0] for n in range(each)]

    return send


async def _fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(_FILL)
    await connection.close()


async def _phase_id(url: str) -> str:
    connection = await asyncpg.connect(url)
    query = "SELECT id::text FROM launch_phases WHERE key = 'bench_phase'"
    phase_id = await connection.fetchval(query)
    await connection.close()
    return str(phase_id)
