"""One's own sessions and data, and the end of an account (S7 to S13)."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from starlette.applications import Starlette

from db.drafts import Audit
from db.models import Base
from db.models.accounts import Session, User
from db.models.couples import Couple, Partnership
from db.models.silences import LaunchSilence
from db.models.suppliers import Client, Supplier
from db.session import Database
from domain.actors import Role
from domain.events import TokenCreated
from domain.ids import TokenId
from domain.mail.email import MailKind
from services.accounts.login_throttle import Device
from services.accounts.sessions import open_session
from services.marketplace.account_deletion import FORGOTTEN
from tests.api.test_accounts import LOG_IN, SIGN_UP, ask, codes, sign_up_input
from tests.factories import user_sessions
from tests.factories.accounts import EMAIL, EXPORT, PASSWORD, actor_of, add_user
from tests.factories.mail import emails_of_kind
from tests.factories.marketplace import accept_invitation, add_and_invite, new_couple
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving, socket

ERRORS = "errors { code message path }"
SESSIONS = "{ mySessions { id current ip userAgent } }"
REVOKE = "mutation ($id: ID!) { revokeSession(id: $id) }"
REVOKE_OTHERS = "mutation { revokeOtherSessions }"
DELETE = (
    "mutation ($password: String) "
    f"{{ deleteMyAccount(currentPassword: $password) {{ deleted {ERRORS} }} }}"
)
VIEWER = "{ viewer { email } }"
FORGETTABLE = TokenCreated(token_id=TokenId(uuid4()), name="ci", scopes=())
PARTNERS = "{ viewer { couple { partnerships { nodes { id } } } } }"
CLIENTS = "{ viewer { supplier { clients { nodes { coupleNames status couple { id } } } } } }"


@pytest.fixture
async def sarah(visitor: GraphQLClient) -> GraphQLClient:
    payload = await ask(visitor, SIGN_UP, input=sign_up_input())
    return visitor.as_(payload["session"]["accessToken"])


async def sessions(client: GraphQLClient) -> list[Any]:
    return list((await client.data(SESSIONS))["mySessions"])


async def test_a_session_can_be_ended_from_another_device(sarah: GraphQLClient) -> None:
    other = await ask(sarah.as_(None), LOG_IN, email=EMAIL, password=PASSWORD)
    phone = sarah.as_(other["session"]["accessToken"])
    (one,) = [item for item in await sessions(sarah) if not item["current"]]
    assert await sarah.data(REVOKE, id=one["id"]) == {"revokeSession": True}
    assert (await phone.execute(VIEWER)).status == 401
    assert await sarah.data(REVOKE, id=one["id"]) == {"revokeSession": False}
    assert [item["current"] for item in await sessions(sarah)] == [True]


async def test_all_other_sessions_can_be_ended_at_once(sarah: GraphQLClient) -> None:
    for _ in range(3):
        await ask(sarah.as_(None), LOG_IN, email=EMAIL, password=PASSWORD)
    assert await sarah.data(REVOKE_OTHERS) == {"revokeOtherSessions": 3}
    assert (await sarah.data(VIEWER))["viewer"] == {"email": EMAIL}


async def test_users_cannot_end_sessions_of_others(
    sarah: GraphQLClient, supplier: GraphQLClient
) -> None:
    (own_session,) = await sessions(sarah)
    assert await supplier.data(REVOKE, id=own_session["id"]) == {"revokeSession": False}
    assert (await sarah.data(VIEWER))["viewer"] == {"email": EMAIL}


async def test_the_export_contains_all_own_data_without_secrets(
    sarah: GraphQLClient, supplier: GraphQLClient
) -> None:
    await add_and_invite(sarah, "Emma & James", email="emma@example.com")
    await add_and_invite(supplier, "Somebody else's")
    export = (await sarah.data(EXPORT))["exportMyData"]
    assert export["users"][0]["email"] == EMAIL
    assert [row["couple_names"] for row in export["clients"]] == ["Emma & James"]
    assert len(export["invitations"]) == len(export["sessions"]) == 1
    assert export["truncated"] == []
    assert not [word for word in ("hash", "argon2", "code") if word in str(export)]


async def counts(db: Database, *models: type[Base]) -> list[int]:
    async with db.read() as session:
        queries = [select(func.count()).select_from(model) for model in models]
        return [(await session.execute(query)).scalar_one() for query in queries]


async def everything_kept(db: Database) -> str:
    """All rows of all tables as one text, the queue of jobs too."""
    async with db.read() as session:
        parts = [
            (await session.execute(text(f"SELECT string_agg(t::text, ' ') FROM {name} AS t")))
            for name in (*Base.metadata.tables, "pgqueuer")
        ]
        return " ".join(str(part.scalar_one()) for part in parts)


async def test_account_deletion_requires_the_password(sarah: GraphQLClient, db: Database) -> None:
    for password, code in ((None, "REQUIRED"), ("a wrong password", "INVALID")):
        payload = await ask(sarah, DELETE, password=password)
        assert codes(payload) == [(code, ["currentPassword"])]
    assert await counts(db, User, Session, Supplier) == [1, 1, 1]


async def test_deleting_a_supplier_notifies_its_couples(
    sarah: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    emma = await new_couple(visitor, db)
    await accept_invitation(emma, await add_and_invite(sarah))
    await add_and_invite(sarah, "Another", email="another@example.com")
    assert await ask(sarah, DELETE, password=PASSWORD) == {"deleted": True, "errors": []}
    assert (await sarah.execute(VIEWER)).status == 401
    assert await counts(db, Supplier, Client, Partnership) == [0, 0, 0]
    assert (await emma.data(PARTNERS))["viewer"]["couple"]["partnerships"]["nodes"] == []
    assert len(await emails_of_kind(db, MailKind.PARTNER_LEFT)) == 1
    assert await emails_of_kind(db, MailKind.INVITATION) == []


async def test_retained_records_are_anonymized(
    sarah: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await accept_invitation(await new_couple(visitor, db), await add_and_invite(sarah))
    assert EMAIL.lower() in (await everything_kept(db)).lower()
    await ask(sarah, DELETE, password=PASSWORD)
    kept = await everything_kept(db)
    assert EMAIL.lower() not in kept.lower()
    assert "account.changed" in kept
    assert "client.added" in kept


async def test_actions_of_deleted_staff_are_kept_without_the_name(
    admin: GraphQLClient, db: Database
) -> None:
    david = await add_user(db, Role.OPERATOR, "david@wedsync.app")
    who = actor_of(david)
    async with db.write() as uow:
        opened = open_session(uow, david, Device("127.0.0.1"), 1)
        uow.record(who, FORGETTABLE, Audit(uuid4(), reason="drill"))
        uow.session.add(
            LaunchSilence(
                starts_at=uow.now,
                ends_at=uow.now,
                reason="works",
                created_by_kind=who.kind,
                created_by_id=who.id,
                created_by_label=who.label,
            )
        )
    assert "david@" in await everything_kept(db)
    assert (await ask(admin.as_(opened.token), DELETE))["deleted"]
    kept = await everything_kept(db)
    assert "david@" not in kept
    assert FORGOTTEN in kept
    assert "works" in kept


async def test_suppliers_keep_their_client_record_of_a_deleted_couple(
    sarah: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    emma = await new_couple(visitor, db)
    await accept_invitation(emma, await add_and_invite(sarah))
    assert (await ask(emma, DELETE))["deleted"]  # it never chose a password
    (client,) = (await sarah.data(CLIENTS))["viewer"]["supplier"]["clients"]["nodes"]
    assert client == {"coupleNames": "Emma & James", "status": "INACTIVE", "couple": None}
    assert await counts(db, Couple, Partnership) == [0, 0]
    (email,) = await emails_of_kind(db, MailKind.PARTNER_LEFT)
    assert (email.recipient, "Emma & James closed their account" in email.body) == (EMAIL, True)


async def test_the_last_admin_cannot_be_deleted(admin: GraphQLClient, db: Database) -> None:
    assert codes(await ask(admin, DELETE)) == [("INVALID_TRANSITION", None)]
    other = admin.as_(await user_sessions.create_session(db, Role.ADMIN))
    first, second = await asyncio.gather(ask(admin, DELETE), ask(other, DELETE))
    assert sorted([first["deleted"], second["deleted"]]) == [False, True]


async def test_deleting_an_account_closes_its_sockets(app: Starlette, sarah: GraphQLClient) -> None:
    async with serving(app) as address, socket(address, sarah.token) as live:
        stream = await live.subscribe("subscription { viewerOnboarding { percentComplete } }")
        await stream.next()
        await ask(sarah, DELETE, password=PASSWORD)
        await asyncio.wait_for(live.connection.wait_closed(), PATIENCE)
        assert live.connection.close_code == 4403
