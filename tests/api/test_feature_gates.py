"""Flags decide on the server: what is off is refused, and says why (D8, M1)."""

from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette

from db.session import Database
from domain.ids import parse_global_id
from tests.factories.health import Health
from tests.factories.launches import make_flag, make_phase
from tests.factories.marketplace import (
    ADD,
    DECLINE,
    PROFILE,
    REVOKE,
    UPDATE,
    accept_invitation,
    add_and_invite,
    add_client,
    new_couple,
)
from tests.factories.phases import activate, roll_back
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving, socket

_ERRORS = "errors { code message path ... on FeatureOffError { flag availability } }"
SIGN_UP = f"""mutation ($input: SignUpInput!) {{
  signUp(input: $input) {{ session {{ accessToken user {{ id }} }} {_ERRORS} }} }}"""
ACCEPT = f"""mutation ($input: AcceptInvitationInput!) {{
  acceptInvitation(input: $input) {{ partnership {{ id }} {_ERRORS} }} }}"""
INVITE = f"mutation ($id: ID!) {{ inviteClient(clientId: $id) {{ {_ERRORS} }} }}"
STEP = f"""mutation ($step: String!) {{
  completeOnboardingStep(step: $step) {{ {_ERRORS} }} }}"""
HELP = f"mutation {{ requestAssistance {{ {_ERRORS} }} }}"
UPDATE_FLAG = """mutation ($key: String!, $on: Boolean, $percent: Percent) {
  updateFeatureFlag(input: { key: $key, enabled: $on, rolloutPercentage: $percent }) {
    errors { code message } } }"""
KILL = (
    'mutation ($keys: [String!]!) { killFlags(input: { keys: $keys, reason: "x" }) { warnings } }'
)
GUARDS = "query ($key: String!) { featureFlag(key: $key) { guards } }"
OPEN_TO_ME = """query ($side: UserType) {
  guardedOperations(userType: $side) { kind name title flags availability } }"""
FLAGS = """query ($keys: [String!], $for: String) {
  evaluateFlags(input: { keys: $keys, targetingKey: $for, userType: SUPPLIER }) {
    flags { key value } } }"""


async def sign_up(visitor: GraphQLClient, side: str = "SUPPLIER", email: str | None = None) -> Any:  # noqa: ANN401 - JSON
    form = {
        "userType": side,
        "email": email or f"{uuid4().hex}@example.org",
        "password": "a long enough password",
    }
    return (await visitor.data(SIGN_UP, input=form))["signUp"]


async def switch(
    admin: GraphQLClient, key: str, on: bool = True, percent: float | None = None
) -> None:
    command = {"key": key, "on": on} | ({} if percent is None else {"percent": percent})
    assert (await admin.data(UPDATE_FLAG, **command))["updateFeatureFlag"]["errors"] == []


async def availabilities(client: GraphQLClient, side: str | None = None) -> dict[str, str]:
    guarded_operations = (await client.data(OPEN_TO_ME, side=side))["guardedOperations"]
    return {item["name"]: item["availability"] for item in guarded_operations}


async def test_sign_up_is_open_without_its_flag(visitor: GraphQLClient) -> None:
    for side in ("SUPPLIER", "COUPLE"):
        assert (await sign_up(visitor, side))["errors"] == []


async def test_a_flag_that_was_never_on_gives_not_open_yet(
    admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    await make_flag(admin, "mvp_supplier_signup", targetGroups=["supplier"])
    assert await sign_up(visitor) == {
        "session": None,
        "errors": [
            {
                "code": "FEATURE_OFF",
                "message": "Signing up as a supplier is not open yet.",
                "path": None,
                "flag": "mvp_supplier_signup",
                "availability": "NOT_YET",
            }
        ],
    }
    assert (await sign_up(visitor, "COUPLE"))["errors"] == []


async def test_a_rollback_closes_sign_up(
    admin: GraphQLClient, visitor: GraphQLClient, health: Health
) -> None:
    """M1: nobody can sign up after the phase was rolled back; it is paused, not new."""
    phase = await make_phase(admin, flags=("mvp_supplier_signup",))
    assert (await activate(admin, phase))["errors"] == []
    assert (await sign_up(visitor))["errors"] == []
    assert (await availabilities(visitor, "SUPPLIER"))["signUp"] == "OPEN"
    assert (await roll_back(admin, phase))["errors"] == []
    (error,) = (await sign_up(visitor))["errors"]
    assert (error["code"], error["availability"]) == ("FEATURE_OFF", "PAUSED")
    assert error["message"] == "Signing up as a supplier is paused for now."
    assert (await availabilities(visitor, "SUPPLIER"))["signUp"] == "PAUSED"


async def test_a_killed_feature_is_paused(admin: GraphQLClient, visitor: GraphQLClient) -> None:
    await make_flag(admin, "mvp_direct_connections", enabled=True, rolloutPercentage=100)
    await admin.data(KILL, keys=["mvp_direct_connections"])
    (error,) = (await sign_up(visitor, "COUPLE"))["errors"]
    assert (error["code"], error["availability"]) == ("FEATURE_OFF", "PAUSED")


async def test_a_partial_rollout_decides_by_email(
    admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    """The same e-mail, in any spelling, gets the same answer; half of them are let in."""
    key = "mvp_supplier_signup"
    await make_flag(admin, key, targetGroups=["supplier"])
    await switch(admin, key, percent=50)
    assert (await availabilities(visitor, "SUPPLIER"))["signUp"] == "OPEN"  # for some
    admitted = 0
    for number in range(12):
        email = f"person-{number}@example.org"
        first, repeated = [await sign_up(visitor, email=spelt) for spelt in (email, email.upper())]
        assert first["errors"] == repeated["errors"]
        if first["errors"] == []:
            admitted += 1
            user = await admin.data(FLAGS, keys=[key], **{"for": _uuid(first)})
            assert user["evaluateFlags"]["flags"] == [{"key": key, "value": True}]
        else:
            assert first["errors"][0]["availability"] == "NOT_YET"
    assert 0 < admitted < 12


async def test_supplier_operations_are_refused_while_their_flag_is_off(
    supplier: GraphQLClient, admin: GraphQLClient
) -> None:
    client = await add_client(supplier)
    sent = await add_and_invite(supplier, "Ana & Ben")
    for key in (
        "mvp_client_management", "mvp_client_invitations", "mvp_supplier_settings",
        "mvp_supplier_onboarding", "mvp_onboarding_assistance",
    ):  # fmt: skip
        await make_flag(admin, key)
    answers = [
        await supplier.data(ADD, input={"coupleNames": "A & B"}),
        await supplier.data(UPDATE, input={"id": client["id"], "notes": "x"}),
        await supplier.data(INVITE, id=client["id"]),
        await supplier.data(PROFILE, input={"businessName": "X"}),
        await supplier.data(STEP, step="business_info"),
        await supplier.data(HELP),
    ]
    payloads = [payload for answer in answers for payload in answer.values()]
    assert [[error["code"] for error in item["errors"]] for item in payloads] == [
        ["FEATURE_OFF"]
    ] * 6
    assert (await supplier.data(REVOKE, id=sent.id))["revokeInvitation"]["errors"] == []


async def test_accepting_is_refused_but_declining_allowed_while_the_flag_is_off(
    supplier: GraphQLClient, visitor: GraphQLClient, admin: GraphQLClient, db: Database
) -> None:
    one, two = await add_and_invite(supplier), await add_and_invite(supplier, "Ana & Ben")
    key = "mvp_invitation_accept"
    await make_flag(admin, key, targetGroups=["couple"], bucketBy="COUPLE")
    couple = await new_couple(visitor, db)
    for client in (visitor, couple):
        answer = await client.data(ACCEPT, input={"code": one.code, "email": "a@example.org"})
        assert answer["acceptInvitation"]["errors"][0]["flag"] == key
    assert (await visitor.data(DECLINE, code=two.code))["declineInvitation"]["errors"] == []
    await switch(admin, key, percent=100)
    assert (await accept_invitation(couple, one))["partnership"]["isActive"] is True


async def test_streams_are_refused_while_live_updates_are_off(
    app: Starlette, supplier: GraphQLClient, admin: GraphQLClient
) -> None:
    await make_flag(admin, "mvp_realtime_updates")
    async with serving(app) as address, socket(address, supplier.token) as live:
        stream = await live.subscribe("subscription { viewerOnboarding { percentComplete } }")
        (error,) = _errors(await stream.message())
    assert error["message"] == "Updating this page live is not open yet."
    assert error["extensions"] == {
        "code": "FEATURE_OFF", "flag": "mvp_realtime_updates", "availability": "NOT_YET",
    }  # fmt: skip


@pytest.mark.parametrize("off", ["toggle", "kill", "percentage"])
async def test_an_open_stream_ends_when_its_flag_goes_off(
    app: Starlette, supplier: GraphQLClient, admin: GraphQLClient, off: str
) -> None:
    """D8: it went on until it was closed."""
    key = "mvp_realtime_updates"
    await make_flag(admin, key, enabled=True, rolloutPercentage=100)
    sent = await add_and_invite(supplier)
    documents = {
        "subscription { viewerOnboarding { percentComplete } }": {},
        "subscription ($id: ID!) { invitation(id: $id) { status } }": {"id": sent.id},
        "subscription { clients { changed { id } } }": {},
        "subscription { partnerships { changed { id } } }": {},
        "subscription { bulkInvitation { id } }": {},
    }
    async with serving(app) as address, socket(address, supplier.token) as live:
        streams = [await live.subscribe(text, **variables) for text, variables in documents.items()]
        for stream in streams:
            await stream.next()
        if off == "kill":
            await admin.data(KILL, keys=[key])
        else:
            await switch(admin, key, on=off != "toggle", percent=0)
        for stream in streams:
            (error,) = _errors(await stream.message())
            assert error["extensions"]["code"] == "FEATURE_OFF"
            assert error["extensions"]["availability"] == "PAUSED"
        repeated = await live.subscribe("subscription { viewerOnboarding { percentComplete } }")
        assert _errors(await repeated.message())[0]["extensions"]["code"] == "FEATURE_OFF"


async def test_the_staff_is_not_held_back(admin: GraphQLClient) -> None:
    await make_flag(admin, "mvp_supplier_settings")
    assert await availabilities(admin) == {}
    answer = await admin.data(PROFILE, input={"businessName": "X"})
    assert [error["code"] for error in answer["updateProfile"]["errors"]] != ["FEATURE_OFF"]


@pytest.mark.parametrize("key", ["mvp_client_invitations", "mvp_test_feature"])
async def test_a_flag_lists_the_operations_it_guards(admin: GraphQLClient, key: str) -> None:
    await make_flag(admin, key)
    expected = {
        "mvp_client_invitations": [
            "mutation inviteClients (supplier)",
            "mutation inviteClient (supplier)",
            "mutation resendInvitation (supplier)",
        ],
        "mvp_test_feature": [],
    }
    data = await admin.data(GUARDS, key=key)
    assert data["featureFlag"]["guards"] == expected[key]


async def test_guarded_operations_are_listed_for_the_callers_side(
    supplier: GraphQLClient, visitor: GraphQLClient, admin: GraphQLClient
) -> None:
    await make_flag(admin, "mvp_client_management")
    own = await availabilities(supplier, "COUPLE")  # an account has a side of its own
    assert (own["/clients"], own["/dashboard"]) == ("NOT_YET", "OPEN")
    assert "acceptInvitation" not in own
    assert set(await availabilities(visitor, "COUPLE")) > {"acceptInvitation", "basic_details"}
    assert await availabilities(visitor) == {}


def _uuid(payload: Any) -> str:  # noqa: ANN401 - JSON
    parsed = parse_global_id(payload["session"]["user"]["id"])
    assert parsed is not None
    return parsed[1]


def _errors(message: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Of a stream that is refused as a whole, or of its only result."""
    payload = message["payload"]
    return payload if isinstance(payload, list) else payload["errors"]
