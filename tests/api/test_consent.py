"""Changes need the consent to terms and privacy, after a grace period (M12, ADR 42)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from starlette.applications import Starlette

from db.models.accounts import User
from db.session import Database
from domain.accounts.legal import LegalDocumentKind
from services.accounts import legal_documents
from tests.factories.conversations import Pair, send_message_payload
from tests.factories.marketplace import ADD, PROFILE, add_client
from tests.factories.propagation import runtime_of
from tests.support.graphql import GraphQLClient

ACCEPT = """mutation ($documents: [AcceptedDocumentInput!]!) {
  acceptDocuments(documents: $documents) { errors { code } } }"""
BOTH = [{"kind": "TERMS", "version": 1}, {"kind": "PRIVACY", "version": 1}]
END = "mutation ($id: ID!) { endPartnership(id: $id) { errors { code } } }"
MESSAGE = (
    "Please read and accept “Terms of use” (version 1) and “Privacy policy” (version 1) first."
)


@pytest.fixture
async def overdue(app: Starlette, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents and accounts are older than the grace period."""
    for kind, document in list(legal_documents.DOCUMENTS.items()):
        monkeypatch.setitem(
            legal_documents.DOCUMENTS,
            kind,
            replace(document, since=date(2026, 1, 1)),
        )
    grace = timedelta(days=runtime_of(app).settings.consent_grace_days + 1)
    async with db.write() as uow:
        await uow.session.execute(update(User).values(created_at=User.created_at - grace))


async def add_errors(client: GraphQLClient) -> Any:  # noqa: ANN401 - JSON
    answer = await client.data(ADD, input={"coupleNames": "Ana & Ben"})
    return [(error["code"], error["message"]) for error in answer["addClient"]["errors"]]


async def test_changes_are_refused_after_the_grace_period_until_accepted(
    pair: Pair, overdue: None
) -> None:
    assert await add_errors(pair.supplier) == [("CONSENT_REQUIRED", MESSAGE)]
    message = await send_message_payload(pair.couple, pair.id, "Hello")
    assert [error["code"] for error in message["errors"]] == ["CONSENT_REQUIRED"]
    profile = await pair.couple.data(PROFILE, input={"partner1Name": "Emma"})
    assert [e["code"] for e in profile["updateProfile"]["errors"]] == ["CONSENT_REQUIRED"]
    for client in (pair.supplier, pair.couple):
        done = await client.data(ACCEPT, documents=BOTH)
        assert done["acceptDocuments"]["errors"] == []
    assert await add_errors(pair.supplier) == []
    assert (await send_message_payload(pair.couple, pair.id, "Hello"))["errors"] == []


async def test_only_what_is_missing_is_named(pair: Pair, overdue: None) -> None:
    await pair.supplier.data(ACCEPT, documents=BOTH[:1])
    ((_, message),) = await add_errors(pair.supplier)
    assert message == "Please read and accept “Privacy policy” (version 1) first."


async def test_reading_and_ending_stay_possible_without_consent(pair: Pair, overdue: None) -> None:
    listed = await pair.supplier.data("{ viewer { supplier { clients { totalCount } } } }")
    assert listed["viewer"]["supplier"]["clients"] == {"totalCount": 1}
    ended = await pair.couple.data(END, id=pair.partnership_id)
    assert ended["endPartnership"]["errors"] == []
    assert (await pair.couple.data("{ exportMyData }"))["exportMyData"]


async def test_an_account_has_the_grace_period_from_its_own_creation(
    supplier: GraphQLClient, overdue: None, db: Database
) -> None:
    async with db.write() as uow:
        await uow.session.execute(update(User).values(created_at=uow.now - timedelta(days=29)))
    await add_client(supplier)


async def test_a_new_version_has_a_grace_period_of_its_own(
    supplier: GraphQLClient, overdue: None, monkeypatch: pytest.MonkeyPatch, db: Database
) -> None:
    await supplier.data(ACCEPT, documents=BOTH)
    terms = legal_documents.DOCUMENTS[LegalDocumentKind.TERMS]
    for since, refused in ((db.clock().date(), False), (date(2026, 2, 1), True)):
        monkeypatch.setitem(
            legal_documents.DOCUMENTS,
            LegalDocumentKind.TERMS,
            replace(terms, version=2, since=since),
        )
        message = "Please read and accept “Terms of use” (version 2) first."
        expected = [("CONSENT_REQUIRED", message)] if refused else []
        assert await add_errors(supplier) == expected


async def test_the_staff_needs_no_consent(
    supplier: GraphQLClient, admin: GraphQLClient, overdue: None
) -> None:
    answer = await admin.data(ADD, input={"coupleNames": "Ana & Ben"})
    assert "CONSENT_REQUIRED" not in [error["code"] for error in answer["addClient"]["errors"]]
