"""The directory of the staff over 100,000 suppliers and 1,000,000 clients (S106, S115)."""

from collections.abc import Iterable, Iterator

from bench.client import Client, checked
from bench.figures import Figure, figure
from bench.launches import admin_token
from bench.market import BIG, SUPPLIERS, fill
from bench.run import Run

_SUPPLIER = "email businessName vendorType firstValueAt onboarding { percentComplete }"
_INVITATION = "status email sentAt client { coupleNames status }"
_STALLED = "currentStep user { email supplier { businessName } couple { partner1Name } }"
_PAGE = "pageInfo { hasNextPage endCursor }"
_LIMIT = 500.0  # ms (S105)

PAGES: dict[str, str] = {
    "suppliers": f"{{ suppliers {{ nodes {{ {_SUPPLIER} }} {_PAGE} }} }}",
    "suppliers, their count": "{ suppliers(first: 1) { totalCount } }",
    "suppliers of one kind, with their count": (
        f"{{ suppliers(vendorType: FLORIST) {{ totalCount nodes {{ {_SUPPLIER} }} {_PAGE} }} }}"
    ),
    "suppliers by a word that few have": (
        f'{{ suppliers(search: "77777") {{ totalCount nodes {{ {_SUPPLIER} }} }} }}'
    ),
    "suppliers by a word that an eighth has": (
        f'{{ suppliers(search: "photo") {{ totalCount nodes {{ {_SUPPLIER} }} }} }}'
    ),
    "suppliers by a word that all have": (
        f'{{ suppliers(search: "wedsync") {{ totalCount nodes {{ {_SUPPLIER} }} }} }}'
    ),
    "suppliers by a word that nobody has": (
        f'{{ suppliers(search: "xyzzy") {{ totalCount nodes {{ {_SUPPLIER} }} }} }}'
    ),
    "couples by a name that an eighth has": (
        '{ couples(search: "emma") { totalCount nodes { partner1Name partner2Name } } }'
    ),
    "a couple by its e-mail": (
        '{ couples(search: "bench-couple-2@wedsync.example") { nodes { partner1Name } } }'
    ),
    "invitations": f"{{ invitations {{ nodes {{ {_INVITATION} }} {_PAGE} }} }}",
    "invitations, their count": "{ invitations(first: 1) { totalCount } }",
    "invitations that were declined, with their count": (
        f"{{ invitations(status: [DECLINED]) {{ totalCount nodes {{ {_INVITATION} }} }} }}"
    ),
    "invitations that wait or have expired, with their count": (
        f"{{ invitations(status: [SENT, OPENED, EXPIRED]) "
        f"{{ totalCount nodes {{ {_INVITATION} }} }} }}"
    ),
    "stalled onboardings": f"{{ stalledOnboardings {{ nodes {{ {_STALLED} }} {_PAGE} }} }}",
    "stalled couples": (
        f"{{ stalledOnboardings(userType: COUPLE) {{ nodes {{ {_STALLED} }} {_PAGE} }} }}"
    ),
    "clients of one with 100,000, with their count": (
        f'{{ suppliers(search: "{BIG}", first: 1) {{ nodes {{ clients(status: INVITED) '
        "{ totalCount nodes { coupleNames status invitation { status } } } } } }"
    ),
}


_CURVE = ("suppliers", "suppliers, their count", "suppliers by a word that few have")


def measure(run: Run) -> Iterable[Figure]:
    """All pages over the whole; before it some over a hundredth and a tenth."""
    for share in (0.01, 0.1):
        yield from _pages(run, share, f"{SUPPLIERS * share:,.0f} suppliers: ", _CURVE)
    yield from _pages(run, 1.0, "", PAGES)


def _pages(run: Run, share: float, prefix: str, names: Iterable[str]) -> Iterator[Figure]:
    """Each page by itself, one after the other and worked out anew, as an admin with a token."""
    with run.stack() as stack:
        fill(run, stack, share)
        server, token = stack.serve(), admin_token(stack)
        with Client(server.port, token) as client:
            for name in names:
                run.tell(prefix + name)
                checked(client.send(client.operation(PAGES[name]))[1])
                trips = [
                    client.send(client.anew(PAGES[name]))[0] * 1e3 for _ in range(run.some(30))
                ]
                yield figure(prefix + name, "ms", trips, limit=_LIMIT, judged="p99")
