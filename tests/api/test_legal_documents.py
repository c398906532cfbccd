"""Suppliers and couples accept terms and privacy, by version (M12, S122)."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from db.models.accounts import LegalAcceptance, User
from db.models.events import Change
from db.session import Database
from domain.accounts.legal import LegalDocumentKind
from services.accounts import legal_documents
from tests.api.test_accounts import SIGN_UP, ask, sign_up_input
from tests.factories.accounts import EMAIL, EXPORT
from tests.factories.couples import JAMES, invite_code, join
from tests.factories.marketplace import accept_invitation, add_and_invite, new_couple
from tests.support.graphql import GraphQLClient

DOCUMENTS = "{ legalDocuments { kind version since title text } }"
TO_ACCEPT = "{ viewer { documentsToAccept { kind version } } }"
ACCEPT = """mutation ($documents: [AcceptedDocumentInput!]!) {
  acceptDocuments(documents: $documents) {
    user { documentsToAccept { kind } } errors { code message path } } }"""
BOTH = [{"kind": "TERMS", "version": 1}, {"kind": "PRIVACY", "version": 1}]


async def kinds_to_accept(client: GraphQLClient) -> list[str]:
    viewer = (await client.data(TO_ACCEPT))["viewer"]
    return [item["kind"] for item in viewer["documentsToAccept"]]


async def rows(db: Database, email: str) -> list[tuple[LegalDocumentKind, int]]:
    query = (
        select(LegalAcceptance.kind, LegalAcceptance.version)
        .join(User, User.id == LegalAcceptance.user_id)
        .where(User.email == email)
        .order_by(LegalAcceptance.kind)
    )
    async with db.read() as session:
        return [(kind, version) for kind, version in await session.execute(query)]


KEPT = [(LegalDocumentKind.PRIVACY, 1), (LegalDocumentKind.TERMS, 1)]


async def test_visitors_read_the_documents(visitor: GraphQLClient) -> None:
    documents = (await visitor.data(DOCUMENTS))["legalDocuments"]
    assert [(item["kind"], item["version"], item["title"]) for item in documents] == [
        ("TERMS", 1, "Terms of use"),
        ("PRIVACY", 1, "Privacy policy"),
    ]
    assert all(item["text"] and item["since"] for item in documents)


async def test_a_supplier_accepts_them_at_sign_up(visitor: GraphQLClient, db: Database) -> None:
    payload = await ask(visitor, SIGN_UP, input={**sign_up_input(), "acceptedDocuments": BOTH})
    assert await rows(db, EMAIL) == KEPT
    sarah = visitor.as_(payload["session"]["accessToken"])
    assert await kinds_to_accept(sarah) == []
    exported = (await sarah.data(EXPORT))["exportMyData"]["legal_acceptances"]
    assert sorted((item["kind"], item["version"]) for item in exported) == [
        ("privacy", 1),
        ("terms", 1),
    ]
    assert all(item["accepted_at"] for item in exported)


async def test_a_client_that_knows_nothing_of_them_goes_on_and_is_asked(
    visitor: GraphQLClient,
) -> None:
    """Existing clients do not break: the account is made, and its owner is asked later."""
    payload = await ask(visitor, SIGN_UP, input=sign_up_input())
    sarah = visitor.as_(payload["session"]["accessToken"])
    assert await kinds_to_accept(sarah) == ["TERMS", "PRIVACY"]
    done = (await sarah.data(ACCEPT, documents=BOTH))["acceptDocuments"]
    assert done == {"user": {"documentsToAccept": []}, "errors": []}


async def test_a_couple_and_its_partner_accept_them_each(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    email = "emma@example.com"
    done = await accept_invitation(
        visitor.as_(None), await add_and_invite(supplier), email=email, acceptedDocuments=BOTH
    )
    emma = visitor.as_(done["session"]["accessToken"])
    assert (await kinds_to_accept(emma), await rows(db, email)) == ([], KEPT)
    joined = await join(visitor.as_(None), await invite_code(emma), email=JAMES)
    james = visitor.as_(joined["session"]["accessToken"])
    assert await kinds_to_accept(james) == ["TERMS", "PRIVACY"]
    other = await new_couple(visitor, db)
    await join(
        visitor.as_(None), await invite_code(other), email="zoe@a.example", acceptedDocuments=BOTH
    )
    assert await rows(db, "zoe@a.example") == KEPT


async def test_a_new_version_is_asked_for(
    supplier: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await supplier.data(ACCEPT, documents=BOTH)
    terms = replace(legal_documents.DOCUMENTS[LegalDocumentKind.TERMS], version=2)
    changed = {**legal_documents.DOCUMENTS, LegalDocumentKind.TERMS: terms}
    monkeypatch.setattr(legal_documents, "DOCUMENTS", changed)
    assert await kinds_to_accept(supplier) == ["TERMS"]
    (error,) = (await supplier.data(ACCEPT, documents=BOTH))["acceptDocuments"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["documents"])
    assert error["message"] == "“Terms of use” has changed: read version 2, then accept it."
    newest = [{"kind": "TERMS", "version": 2}]
    assert (await supplier.data(ACCEPT, documents=newest))["acceptDocuments"]["errors"] == []
    assert await kinds_to_accept(supplier) == []


async def test_a_form_with_a_version_that_is_over_makes_no_account(
    visitor: GraphQLClient, db: Database
) -> None:
    old = [{"kind": "TERMS", "version": 0}]
    answer: Any = await visitor.data(SIGN_UP, input={**sign_up_input(), "acceptedDocuments": old})
    (error,) = answer["signUp"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "acceptedDocuments"])
    async with db.read() as session:
        assert await session.scalar(select(User).where(User.email == EMAIL)) is None


async def test_staff_is_not_asked_and_others_do_not_see(
    admin: GraphQLClient, supplier: GraphQLClient
) -> None:
    assert await kinds_to_accept(admin) == []
    (error,) = (await admin.data(ACCEPT, documents=BOTH))["acceptDocuments"]["errors"]
    assert error["code"] == "FORBIDDEN"
    key = (await supplier.data("{ viewer { id } }"))["viewer"]["id"]
    document = """query ($id: ID!) { node(id: $id) { ... on User {
      documentsToAccept { kind } } } }"""
    assert (await admin.data(document, id=key))["node"] == {"documentsToAccept": []}


async def test_each_acceptance_is_audited_once(supplier: GraphQLClient, db: Database) -> None:
    for _ in range(2):
        await supplier.data(ACCEPT, documents=BOTH)
    async with db.read() as session:
        rows = await session.scalars(select(Change).where(Change.action == "legal.accepted"))
        assert [row.after for row in rows] == [{"documents": ["privacy 1", "terms 1"]}]
