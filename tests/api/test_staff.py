"""The staff is managed by those who may (A53)."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from db.models.accounts import User
from db.session import Database
from domain.actors import Role, Scope
from domain.mail.email import MailKind
from services.accounts.api_tokens import create_token, revoke_token
from tests.api.test_accounts import LOG_IN, REQUEST_RESET, RESET, TOKENS, ask, codes
from tests.factories import user_sessions
from tests.factories.accounts import actor_of, add_user
from tests.factories.mail import emails_of_kind, token_in_email
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving, socket

_ANSWER = "{ user { id email role disabledAt } errors { code message path } }"
STAFF = "{ staff { totalCount nodes { id email role disabledAt emailVerifiedAt } } }"
INVITE = (
    "mutation ($email: EmailAddress!, $role: Role!) "
    f"{{ inviteStaff(email: $email, role: $role) {_ANSWER} }}"
)
CHANGE_ROLE = (
    f"mutation ($id: ID!, $role: Role!) {{ changeStaffRole(id: $id, role: $role) {_ANSWER} }}"
)
DISABLE = f'mutation ($id: ID!) {{ disableAccount(id: $id, reason: "left") {_ANSWER} }}'
ENABLE = f"mutation ($id: ID!) {{ enableAccount(id: $id) {_ANSWER} }}"
DAVID, EVE, PASSWORD = "david@wedsync.app", "eve@wedsync.app", "a long enough password"


async def staff(client: GraphQLClient) -> list[Any]:
    staff = (await client.data(STAFF))["staff"]
    assert staff["totalCount"] == len(staff["nodes"])
    return list(staff["nodes"])


async def invited(admin: GraphQLClient, role: str = "OPERATOR") -> str:
    payload = await ask(admin, INVITE, email=DAVID, role=role)
    assert payload["errors"] == []
    return str(payload["user"]["id"])


async def in_(client: GraphQLClient, db: Database) -> GraphQLClient:
    """David, who has chosen his password."""
    token = await token_in_email(db, MailKind.STAFF_INVITATION)
    payload = await ask(client.as_(None), RESET, token=token, new=PASSWORD)
    return client.as_(payload["session"]["accessToken"])


async def test_invited_staff_set_a_password_and_log_in(admin: GraphQLClient, db: Database) -> None:
    await invited(admin)
    refused = await ask(admin.as_(None), LOG_IN, email=DAVID, password=PASSWORD)
    assert codes(refused) == [("INVALID", ["password"])]
    await in_(admin, db)
    (david,) = [item for item in await staff(admin) if item["email"] == DAVID]
    assert (david["role"], david["emailVerifiedAt"] is not None) == ("OPERATOR", True)


async def test_an_email_can_be_invited_once(admin: GraphQLClient, db: Database) -> None:
    await invited(admin)
    payload = await ask(admin, INVITE, email=DAVID.upper(), role="ADMIN")
    assert codes(payload) == [("UNIQUE", ["email"])]
    assert len(await emails_of_kind(db, MailKind.STAFF_INVITATION)) == 1
    assert len(await staff(admin)) == 2


async def test_a_role_change_applies_at_once(admin: GraphQLClient, db: Database) -> None:
    key = await invited(admin, "ADMIN")
    david = await in_(admin, db)
    assert (await ask(admin, CHANGE_ROLE, id=key, role="VIEWER"))["user"]["role"] == "VIEWER"
    assert (await david.execute(TOKENS)).codes == ["UNAUTHENTICATED"]
    repeated = await ask(admin.as_(None), LOG_IN, email=DAVID, password=PASSWORD)
    assert (await admin.as_(repeated["session"]["accessToken"]).execute(TOKENS)).codes == [
        "FORBIDDEN"
    ]


async def test_disabling_an_account_ends_its_sessions_everywhere(
    app: Starlette, admin: GraphQLClient, db: Database
) -> None:
    key = await invited(admin)
    david = await in_(admin, db)
    async with serving(app) as address, socket(address, david.token) as his:
        await (await his.subscribe("subscription { systemHealth { overall } }")).next()
        assert (await ask(admin, DISABLE, id=key))["user"]["disabledAt"] is not None
        await asyncio.wait_for(his.connection.wait_closed(), PATIENCE)
    assert (await david.execute(STAFF)).codes == ["UNAUTHENTICATED"]
    refused = await ask(david.as_(None), LOG_IN, email=DAVID, password=PASSWORD)
    assert codes(refused) == [("INVALID", ["password"])]
    assert (await ask(admin, ENABLE, id=key))["user"]["disabledAt"] is None
    assert (await ask(david.as_(None), LOG_IN, email=DAVID, password=PASSWORD))["errors"] == []


async def test_disabling_an_account_ends_streams_of_its_tokens(
    app: Starlette, admin: GraphQLClient, db: Database
) -> None:
    maker = await add_user(db, Role.ADMIN)
    async with db.write() as uow:
        made = await create_token(uow, actor_of(maker), "ci", [Scope.HEALTH_READ])
    (key,) = [item["id"] for item in await staff(admin) if item["email"] == maker.email]
    async with serving(app) as address, socket(address, made.secret) as its:
        await (await its.subscribe("subscription { systemHealth { overall } }")).next()
        await ask(admin, DISABLE, id=key)
        await asyncio.wait_for(its.connection.wait_closed(), PATIENCE)
    answer = await admin.as_(made.secret).execute("{ systemHealth { overall } }")
    assert answer.codes == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("end", [DISABLE, CHANGE_ROLE])
async def test_an_invitation_ends_with_the_rights_of_its_author(
    admin: GraphQLClient, db: Database, end: str
) -> None:
    """SEC10: neither its link nor a forgotten password lets the invited in."""
    await invited(admin, "ADMIN")
    david = await in_(admin, db)
    (key,) = [item["id"] for item in await staff(admin) if item["email"] == DAVID]
    assert (await ask(david, INVITE, email=EVE, role="ADMIN"))["errors"] == []
    link = await token_in_email(db, MailKind.STAFF_INVITATION)
    role = {"role": "OPERATOR"} if end == CHANGE_ROLE else {}
    assert (await ask(admin, end, id=key, **role))["errors"] == []
    refused = await ask(admin.as_(None), RESET, token=link, new=PASSWORD)
    assert codes(refused) == [("NOT_FOUND", ["token"])]
    await admin.as_(None).data(REQUEST_RESET, email=EVE)
    assert await emails_of_kind(db, MailKind.PASSWORD_RESET) == []


async def test_an_invitation_by_a_disabled_admin_can_be_replaced(
    admin: GraphQLClient, db: Database
) -> None:
    key = await invited(admin, "ADMIN")
    david = await in_(admin, db)
    await ask(david, INVITE, email=EVE, role="ADMIN")
    old = await token_in_email(db, MailKind.STAFF_INVITATION)
    await ask(admin, DISABLE, id=key)
    payload = await ask(admin, INVITE, email=EVE, role="VIEWER")
    assert (payload["user"]["role"], payload["errors"]) == ("VIEWER", [])
    new = await token_in_email(db, MailKind.STAFF_INVITATION)
    assert codes(await ask(admin.as_(None), RESET, token=old, new=PASSWORD)) == [
        ("ALREADY_USED", ["token"])
    ]
    assert (await ask(admin.as_(None), RESET, token=new, new=PASSWORD))["errors"] == []


async def test_an_invitation_of_a_token_ends_with_it(admin: GraphQLClient, db: Database) -> None:
    maker = actor_of(await add_user(db, Role.ADMIN))
    async with db.write() as uow:
        tool = await create_token(uow, maker, "ci", [*(maker.scopes - {Scope.SELF})])
    assert (await ask(admin.as_(tool.secret), INVITE, email=EVE, role="VIEWER"))["errors"] == []
    link = await token_in_email(db, MailKind.STAFF_INVITATION)
    async with db.write() as uow:
        await revoke_token(uow, maker, tool.row.id)
    refused = await ask(admin.as_(None), RESET, token=link, new=PASSWORD)
    assert codes(refused) == [("NOT_FOUND", ["token"])]


async def test_tokens_without_the_scope_cannot_invite_staff(
    admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    maker = actor_of(await add_user(db, Role.ADMIN))
    async with db.write() as uow:
        made = await create_token(uow, maker, "ci", [Scope.TOKENS_ADMIN])
    tool = visitor.as_(made.secret)
    for role in ("ADMIN", "OPERATOR", "VIEWER"):
        assert codes(await ask(tool, INVITE, email=DAVID, role=role)) == [("FORBIDDEN", ["role"])]
    async with db.read() as session:
        assert (await session.execute(select(func.count()).select_from(User))).scalar_one() == 2


def _without_errors(data: dict[str, Any]) -> bool:
    return all(payload["errors"] == [] for payload in data.values())


async def test_the_last_admin_and_the_caller_cannot_be_disabled(
    admin: GraphQLClient, db: Database
) -> None:
    (me,) = await staff(admin)
    for document in (DISABLE, ENABLE):
        assert codes(await ask(admin, document, id=me["id"])) == [("FORBIDDEN", ["id"])]
    other = admin.as_(await user_sessions.create_session(db, Role.ADMIN))
    (they,) = [item for item in await staff(admin) if item["id"] != me["id"]]
    answers = await asyncio.gather(
        admin.execute(DISABLE, id=they["id"]), other.execute(DISABLE, id=me["id"])
    )
    # The slower one is refused as the last admin, or comes after its own sessions have ended.
    done = [answer.status == 200 and _without_errors(answer.data) for answer in answers]
    assert sorted(done) == [False, True]


@pytest.mark.parametrize("role", [Role.SUPPLIER, Role.COUPLE])
async def test_customers_can_be_disabled_but_get_no_staff_role(
    admin: GraphQLClient, visitor: GraphQLClient, db: Database, role: Role
) -> None:
    customer = visitor.as_(await user_sessions.create_session(db, role))
    key = (await customer.data("{ viewer { id } }"))["viewer"]["id"]
    assert codes(await ask(admin, CHANGE_ROLE, id=key, role="ADMIN")) == [("INVALID", ["id"])]
    assert (await ask(admin, DISABLE, id=key))["errors"] == []
    assert (await customer.execute("{ viewer { id } }")).status == 401
