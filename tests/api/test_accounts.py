"""Accounts as clients see them: tokens, the cookie, errors as data (S29 to S32)."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from app import create_app
from db.models.accounts import Session, User
from db.session import Database
from domain.mail.email import MailKind
from settings import Settings
from tests.factories.accounts import EMAIL, PASSWORD
from tests.factories.mail import token_in_email
from tests.factories.marketplace import ACCEPT, add_and_invite
from tests.support.graphql import GraphQLClient, GraphQLResponse
from tests.support.servers import dead_port

NEW = "a better password"
ERRORS = "errors { code message path }"
SESSION = f"{{ session {{ accessToken expiresAt user {{ id email userType }} }} {ERRORS} }}"

SIGN_UP = f"mutation ($input: SignUpInput!) {{ signUp(input: $input) {SESSION} }}"
LOG_IN = (
    "mutation ($email: EmailAddress!, $password: String!)"
    f" {{ logIn(email: $email, password: $password) {SESSION} }}"
)
RESET = (
    "mutation ($token: String!, $new: String!)"
    f" {{ resetPassword(token: $token, newPassword: $new) {SESSION} }}"
)
REQUEST_RESET = "mutation ($email: EmailAddress!) { requestPasswordReset(email: $email) }"
CHANGE = (
    "mutation ($current: String, $new: String!) { changePassword(currentPassword: $current,"
    f" newPassword: $new) {{ user {{ email }} {ERRORS} }} }}"
)
LOG_OUT = "mutation { logOut }"
VIEWER = "{ viewer { email userType } }"
TOKENS = "{ apiTokens { id } }"

Json = dict[str, Any]  # what a reply holds depends on its document


def sign_up_input(email: str = EMAIL, **more: object) -> Json:
    return {"userType": "SUPPLIER", "email": email, "password": PASSWORD, **more}


def codes(payload: Json) -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def count(db: Database, model: type) -> int:
    async with db.read() as session:
        return (await session.execute(select(func.count()).select_from(model))).scalar_one()


async def ask(client: GraphQLClient, document: str, **variables: object) -> Json:
    """The only field of a reply that has no top-level errors; cookies are not kept."""
    (payload,) = (await client.as_(client.token).data(document, **variables)).values()
    assert isinstance(payload, dict)
    return payload


async def log_in(visitor: GraphQLClient, password: str = PASSWORD) -> Json:
    return await ask(visitor, LOG_IN, email=EMAIL, password=password)


@pytest.fixture
async def sarah(visitor: GraphQLClient) -> GraphQLClient:
    """The client of somebody who has signed up."""
    payload = await ask(visitor, SIGN_UP, input=sign_up_input())
    return visitor.as_(payload["session"]["accessToken"])


async def with_cookie(
    sarah: GraphQLClient, document: str, origin: str | None = None
) -> GraphQLResponse:
    """As a browser sends it: the session in the cookie, no bearer token."""
    headers = {"cookie": f"launch_session={sarah.token}"} | ({"origin": origin} if origin else {})
    return await sarah.as_(None).execute(document, headers=headers)


async def test_sign_up_logs_in(visitor: GraphQLClient) -> None:
    sent = sign_up_input(profile={"businessName": "Photos", "vendorType": "VENUE"})
    payload = await ask(visitor, SIGN_UP, input=sent)
    assert payload["errors"] == []
    assert payload["session"]["user"]["userType"] == "SUPPLIER"
    viewer = await ask(visitor.as_(payload["session"]["accessToken"]), VIEWER)
    assert viewer == {"email": EMAIL, "userType": "SUPPLIER"}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"password": "short"}, ("INVALID", ["input", "password"])),
        ({"userType": "ADMIN"}, ("FORBIDDEN", ["input", "userType"])),
        ({"profile": {"businessName": ""}}, ("INVALID", ["input", "profile", "businessName"])),
        ({"profile": {"partner1Name": "E"}}, ("INVALID", ["input", "profile", "partner1Name"])),
    ],
)
async def test_refused_sign_up_names_the_field(
    visitor: GraphQLClient, db: Database, change: Json, error: tuple[str, list[str]]
) -> None:
    payload = await ask(visitor, SIGN_UP, input={**sign_up_input(), **change})
    assert payload["session"] is None
    assert codes(payload) == [error]
    assert await count(db, User) == 0


async def test_taken_and_invalid_emails_read_alike(sarah: GraphQLClient, db: Database) -> None:
    payload = await ask(sarah, SIGN_UP, input=sign_up_input(password="another password"))
    assert codes(payload) == [("INVALID", ["input", "email"])]
    assert await count(db, Session) == 1


async def test_malformed_emails_reach_no_resolver(visitor: GraphQLClient, db: Database) -> None:
    answer = await visitor.execute(SIGN_UP, input=sign_up_input("nobody"))
    assert answer.codes == ["BAD_USER_INPUT"]
    assert await count(db, User) == 0


async def test_a_wrong_password_is_returned_as_data_without_a_cookie(sarah: GraphQLClient) -> None:
    answer = await sarah.execute(LOG_IN, email=EMAIL, password="wrong password")
    payload = answer.data["logIn"]
    assert payload["session"] is None
    assert codes(payload) == [("INVALID", ["password"])]
    assert "set-cookie" not in answer.headers


async def test_password_guessing_is_limited_and_tells_the_wait(visitor: GraphQLClient) -> None:
    for _ in range(10):
        assert codes(await log_in(visitor, "wrong password")) == [("INVALID", ["password"])]
    # Another attempt is granted every six seconds, however slow this machine is.
    for _ in range(100):
        last = await log_in(visitor, "wrong password")
        if codes(last) == [("RATE_LIMITED", None)]:
            break
    assert re.search(r"Try again in \d+ s", last["errors"][0]["message"])
    document = LOG_IN.replace("code message", "retryAfterSeconds code message")
    answer = await visitor.execute(document, email=EMAIL, password="wrong password")
    (error,) = answer.data["logIn"]["errors"]
    assert (answer.status, error["code"]) == (200, "RATE_LIMITED")
    assert 0 < error["retryAfterSeconds"] <= int(answer.headers["retry-after"])


async def test_me_is_null_for_visitors(visitor: GraphQLClient) -> None:
    assert await visitor.data(VIEWER) == {"viewer": None}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {'x' * 43}"},
        {"authorization": "Bearer"},
        {"authorization": "x"},
        {"x-api-key": "x" * 43},
    ],
)
async def test_invalid_tokens_are_rejected(visitor: GraphQLClient, headers: dict[str, str]) -> None:
    """SEC2: on public fields too, or a tool would not notice that its token has ended."""
    answer = await visitor.execute(VIEWER, headers=headers)
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_a_token_that_is_not_valid_is_rejected_beside_a_valid_one(
    sarah: GraphQLClient, accept: str
) -> None:
    """SEC2: which of the two was meant is not for us to guess."""
    answer = await sarah.execute(VIEWER, headers={"x-api-key": "x" * 43, "accept": accept})
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    assert sarah.token
    same = await sarah.execute(VIEWER, headers={"x-api-key": sarah.token})
    assert same.data["viewer"] is not None


@pytest.mark.parametrize("name", ["authorization", "x-api-key"])
async def test_two_headers_with_a_credential_are_refused(sarah: GraphQLClient, name: str) -> None:
    value = f"Bearer {sarah.token}"
    answer = await sarah.raw("GET", "/healthz", headers=[(name, value), (name, value)])
    assert (answer.status_code, b"at most" in answer.content) == (400, True)


async def test_invalid_cookies_are_deleted(visitor: GraphQLClient, sarah: GraphQLClient) -> None:
    """SEC2: the browser sends it with the log-in as well."""
    stale = {"cookie": f"launch_session={'x' * 43}", "origin": "http://launch.test"}
    for _ in range(2):  # the second time as a document that is known
        answer = await visitor.execute(VIEWER, headers=stale)
        assert answer.data == {"viewer": None}
        assert 'launch_session=""; ' in answer.headers["set-cookie"]
    answer = await visitor.execute(LOG_IN, headers=stale, email=EMAIL, password=PASSWORD)
    assert answer.data["logIn"]["errors"] == []


async def test_log_out_ends_the_session(sarah: GraphQLClient) -> None:
    assert await sarah.data(LOG_OUT) == {"logOut": True}
    assert (await sarah.execute(LOG_OUT)).codes == ["UNAUTHENTICATED"]
    assert await sarah.as_(None).data(LOG_OUT) == {"logOut": False}


async def test_the_session_cookie_is_http_only(visitor: GraphQLClient) -> None:
    answer = await visitor.execute(SIGN_UP, input=sign_up_input())
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("launch_session=")
    for part in ("httponly", "samesite=lax", "path=/", "max-age=12095"):
        assert part in cookie
    assert "secure" not in cookie


async def test_the_cookie_works_for_our_own_origin_only(sarah: GraphQLClient) -> None:
    same_origin = await with_cookie(sarah, VIEWER, "http://launch.test")
    foreign = await with_cookie(sarah, VIEWER, "https://evil.example")
    assert same_origin.data["viewer"]["email"] == EMAIL
    assert foreign.data["viewer"] is None


async def test_foreign_origins_cannot_set_the_session_cookie(visitor: GraphQLClient) -> None:
    foreign = {"origin": "https://evil.example"}
    answer = await visitor.execute(SIGN_UP, headers=foreign, input=sign_up_input())
    assert "set-cookie" not in answer.headers


async def test_log_out_deletes_the_cookie(sarah: GraphQLClient) -> None:
    answer = await with_cookie(sarah, LOG_OUT)
    assert answer.data == {"logOut": True}
    assert "max-age=0" in answer.headers["set-cookie"].lower()


async def test_password_errors_name_the_field(sarah: GraphQLClient) -> None:
    refused = await ask(sarah, CHANGE, current="wrong password", new=NEW)
    assert (refused["user"], codes(refused)) == (None, [("INVALID", ["currentPassword"])])
    assert codes(await ask(sarah, CHANGE, new=NEW)) == [("REQUIRED", ["currentPassword"])]
    changed = await ask(sarah, CHANGE, current=PASSWORD, new=NEW)
    assert changed == {"user": {"email": EMAIL}, "errors": []}


async def test_common_passwords_are_refused_everywhere(
    sarah: GraphQLClient, visitor: GraphQLClient, supplier: GraphQLClient, db: Database
) -> None:
    common, path = "Password1234", ["input", "password"]
    signed = await ask(visitor, SIGN_UP, input=sign_up_input("b@b.co", password=common))
    assert codes(signed) == [("INVALID", path)]
    changed = await ask(sarah, CHANGE, current=PASSWORD, new=common)
    assert codes(changed) == [("INVALID", ["newPassword"])]
    await visitor.data(REQUEST_RESET, email=EMAIL)
    token = await token_in_email(db, MailKind.PASSWORD_RESET)
    reset = await ask(visitor, RESET, token=token, new=common)
    assert codes(reset) == [("INVALID", ["newPassword"])]
    sent = await add_and_invite(supplier, email="emma@example.com")
    accepted = await ask(visitor, ACCEPT, input={"code": sent.code, "password": common})
    assert codes(accepted) == [("INVALID", path)]
    assert (await log_in(visitor))["errors"] == []


async def test_visitors_cannot_change_a_password(sarah: GraphQLClient) -> None:
    visitor = sarah.as_(None)
    assert (await visitor.execute(CHANGE, new=NEW)).codes == ["UNAUTHENTICATED"]
    assert (await log_in(visitor))["errors"] == []


async def test_forgotten_passwords_are_reset_by_email(sarah: GraphQLClient, db: Database) -> None:
    for email in (EMAIL, "who@b.co"):
        assert await sarah.data(REQUEST_RESET, email=email) == {"requestPasswordReset": True}
    token = await token_in_email(db, MailKind.PASSWORD_RESET)
    payload = await ask(sarah, RESET, token=token, new=NEW)
    assert payload["session"]["user"]["email"] == EMAIL
    assert (await sarah.execute(VIEWER)).status == 401, "all other sessions have ended"
    repeated = await ask(sarah.as_(None), RESET, token=token, new=NEW)
    assert codes(repeated) == [("ALREADY_USED", ["token"])]


async def test_reset_requests_are_rate_limited(visitor: GraphQLClient) -> None:
    answers = [await visitor.execute(REQUEST_RESET, email=EMAIL) for _ in range(6)]
    assert [answer.codes for answer in answers] == [[]] * 5 + [["RATE_LIMITED"]]
    assert answers[-1].body["errors"][0]["extensions"]["retryAfterSeconds"] > 600


@pytest.fixture
async def without_database(settings: Settings) -> AsyncIterator[GraphQLClient]:
    """Somebody with a token, while the database is away."""
    url = f"postgresql+asyncpg://nobody@127.0.0.1:{dead_port()}/none"
    app = create_app(settings.model_copy(update={"database_url": url}))
    yield GraphQLClient(app, "x" * 43)
    await app.state.runtime.redis.aclose()
    await app.state.runtime.db.dispose()


async def test_an_outage_turns_no_user_into_a_visitor(without_database: GraphQLClient) -> None:
    for document in (VIEWER, TOKENS):
        assert (await without_database.execute(document)).codes == ["DEPENDENCY_DOWN"]
    assert codes(await log_in(without_database)) == [("DEPENDENCY_DOWN", None)]
