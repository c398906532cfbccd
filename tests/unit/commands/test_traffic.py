"""`launch demo --traffic`: what visitors do, and what they make of a server that refuses."""

from collections import Counter
from datetime import date
from random import Random

import pytest
from graphql import build_schema, parse, validate

from commands.shared.client import Json, Server
from devserver import traffic_documents as documents
from devserver.traffic_cast import Cast
from devserver.traffic_visits import FEATURE_OFF, HOLD_SECONDS, LIMITED, Deed, NoAnswer, Visits
from server.graph import schema

TODAY = date(2026, 11, 25)
NO_MORE = {"session": None, "errors": [{"code": LIMITED, "message": "Too many attempts."}]}
ANSWER: dict[str, Json] = {
    documents.SIGN_UP: {"session": {"accessToken": "secret"}},
    documents.ADD_CLIENT: {"client": {"id": "c1"}},
    documents.INVITE: {"invitation": {"acceptUrl": "http://launch.test/accept/code"}},
    documents.ACCEPT: {"session": {"accessToken": "secret"}},
}


class FakeGraph:
    """Says yes to everything but what a test has refused."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.refused: dict[str, Json] = {}
        self.gone = self.refuse_emails = False

    async def ask(self, document: str, token: str | None = None, **variables: object) -> Json:
        if self.gone:
            raise NoAnswer("nobody there")
        if self.refuse_emails and document == documents.INVITE and variables["email"]:
            return {"invitation": None, "errors": [{"code": "FORBIDDEN", "message": "Confirm it"}]}
        self.requests[document] += 1
        return self.refused.get(document, {"errors": [], **ANSWER.get(document, {})})


class Seconds:
    """Both the clock and the pause of a visit."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def graph() -> FakeGraph:
    return FakeGraph()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def visits_of(graph: FakeGraph, seconds: Seconds, failing: float = 0) -> Visits:
    cast = Cast(Random(7), TODAY)
    return Visits(graph, cast, Counter(), failing=failing, pause=seconds.pause, clock=seconds)


@pytest.mark.parametrize("document", documents.EVERY)
def test_the_documents_fit_the_graph(document: str) -> None:
    assert validate(build_schema(schema.as_str()), parse(document)) == []


async def test_people_do_all_that_people_do(graph: FakeGraph, seconds: Seconds) -> None:
    visits = visits_of(graph, seconds)
    for _ in range(200):
        await visits.one()
    deeds = visits.deeds
    assert not deeds[Deed.ERRORS]
    assert not deeds[Deed.HELD_BACK]
    assert all(
        deeds[deed]
        for deed in set(Deed)
        - {Deed.ERRORS, Deed.HELD_BACK, Deed.CLOSED, Deed.FAILED, Deed.BY_LINK}
    )
    assert deeds[Deed.INVITED] > deeds[Deed.OPENED] > deeds[Deed.ACCEPTED] > deeds[Deed.DECLINED]


async def test_the_requested_share_of_sign_ups_fails(graph: FakeGraph, seconds: Seconds) -> None:
    visits = visits_of(graph, seconds, failing=100)
    for _ in range(10):
        await visits.one()
    assert visits.deeds == {Deed.FAILED: 10}


async def test_a_limit_is_respected_for_a_while(graph: FakeGraph, seconds: Seconds) -> None:
    graph.refused[documents.SIGN_UP] = NO_MORE
    visits = visits_of(graph, seconds)
    for _ in range(10):
        await visits.one()
    assert graph.requests == {documents.SIGN_UP: 1}
    assert visits.deeds == {Deed.HELD_BACK: 10}
    seconds.now += HOLD_SECONDS
    await visits.one()
    assert graph.requests == {documents.SIGN_UP: 2}


async def test_whom_a_flag_turns_away_is_no_failure(graph: FakeGraph, seconds: Seconds) -> None:
    """M1, M15: the launch has not opened, or has closed again."""
    closed = {"session": None, "errors": [{"code": FEATURE_OFF, "message": "paused for now"}]}
    graph.refused = {documents.SIGN_UP: closed}
    visits = visits_of(graph, seconds, failing=20)
    for _ in range(10):
        await visits.one()
    assert visits.deeds == {Deed.CLOSED: 10}


async def test_an_email_that_needs_a_confirmed_address_becomes_a_link(
    graph: FakeGraph, seconds: Seconds
) -> None:
    """M15: with a mail server the product refuses it; that is its rule and no failure."""
    graph.refuse_emails = True
    visits = visits_of(graph, seconds)
    for _ in range(60):
        await visits.one()
    assert visits.deeds[Deed.BY_LINK] > 0
    assert visits.deeds[Deed.INVITED] > visits.deeds[Deed.BY_LINK]
    assert not visits.deeds[Deed.ERRORS]


async def test_earlier_suppliers_return(graph: FakeGraph, seconds: Seconds) -> None:
    visits = visits_of(graph, seconds)
    for _ in range(20):
        await visits.one()
    before = visits.deeds.copy()
    graph.refused = {documents.SIGN_UP: NO_MORE}
    for _ in range(20):
        await visits.one()
    assert visits.deeds[Deed.SUPPLIERS] == before[Deed.SUPPLIERS]
    assert visits.deeds[Deed.INVITED] > before[Deed.INVITED]


async def test_a_server_that_is_gone_ends_nothing(graph: FakeGraph, seconds: Seconds) -> None:
    graph.gone = True
    visits = visits_of(graph, seconds)
    for _ in range(3):
        await visits.one()
    assert visits.deeds == {Deed.ERRORS: 3}


def test_addresses_are_unique_and_have_no_mailbox() -> None:
    casts = [Cast(Random(7), TODAY) for _ in range(2)]
    emails = [make().email for cast in casts for make in (cast.pair, cast.business)]
    assert len(set(emails)) == 4
    assert all(email.endswith(".example") for email in emails)


def test_traffic_uses_no_credential_of_the_caller() -> None:
    """Found by hand: an admin's own traffic could accept no invitation."""
    server = Server("http://127.0.0.1:1", "the admin's")
    assert server.as_visitor() == Server("http://127.0.0.1:1", None)
