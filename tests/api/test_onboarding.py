"""The guided setup over the API (S42 to S44, S83 to S86, S90)."""

from typing import Any

import pytest

from db.session import Database
from tests.factories import couples
from tests.factories.marketplace import (
    COUPLE_SETUP,
    INVITE,
    PROFILE,
    SUPPLIER_SETUP,
    accept_invitation,
    add_and_invite,
    add_client,
    new_couple,
    new_supplier,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

COMPLETE = """
mutation ($step: String!, $data: JSON) {
  completeOnboardingStep(step: $step, data: $data) {
    onboarding { percentComplete currentStep completedAt } errors { code message path }
  }
}
"""
HELP = """
mutation ($message: String) {
  requestAssistance(message: $message) {
    onboarding { id assistanceNeeded assistanceMessage } errors { code path }
  }
}
"""
ANSWER = """
mutation ($id: ID!) {
  answerAssistance(id: $id) { onboarding { assistanceNeeded } errors { code } }
}
"""
STALLED = """
query ($first: Int, $after: String, $userType: UserType, $age: Int, $email: EmailAddress) {
  stalledOnboardings(
    first: $first, after: $after, userType: $userType, olderThanSeconds: $age, email: $email
  ) {
    nodes { userType stuckAtStep user { email supplier { id } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
BUSINESS = {"businessName": "Sarah's Photos", "vendorType": "PHOTOGRAPHER"}


async def setup(client: GraphQLClient) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(SUPPLIER_SETUP))["viewer"]["supplier"]["onboarding"]


async def complete(client: GraphQLClient, step: str, **more: object) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(COMPLETE, step=step, **more))["completeOnboardingStep"]


async def test_a_supplier_completes_all_steps(supplier: GraphQLClient) -> None:
    """S90: 0, 33, 67, 100, then first value is achieved."""
    seen = [await setup(supplier)]
    await supplier.data(PROFILE, input=BUSINESS)
    seen.append(await setup(supplier))
    client = await add_client(supplier)
    seen.append(await setup(supplier))
    await supplier.data(INVITE, clientId=client["id"])
    seen.append(await setup(supplier))
    assert [each["percentComplete"] for each in seen] == [0, 33, 67, 100]
    steps = ["business_info", "first_client", "send_invitation", None]
    assert [each["currentStep"] for each in seen] == steps
    assert [each["firstValueAchieved"] for each in seen] == [False, False, False, True]
    assert [bool(each["completedAt"]) for each in seen] == [False, False, False, True]


async def test_steps_can_be_completed_in_any_order(supplier: GraphQLClient) -> None:
    """S43, A36: what happened checks a step off, whoever says so or not."""
    await add_and_invite(supplier)
    progress = await setup(supplier)
    assert (progress["percentComplete"], progress["currentStep"]) == (67, "business_info")
    await supplier.data(PROFILE, input=BUSINESS)
    assert (await setup(supplier))["percentComplete"] == 100


async def test_a_partial_profile_does_not_complete_its_step(supplier: GraphQLClient) -> None:
    await supplier.data(PROFILE, input={"businessName": "Sarah's Photos"})
    # The factory's supplier has a vendor type already.
    assert (await setup(supplier))["percentComplete"] == 33
    assert (await complete(supplier, "first_client"))["errors"][0]["code"] == "INVALID"


@pytest.mark.parametrize("step", ["business_info", "first_client", "send_invitation"])
async def test_a_step_without_evidence_is_refused(supplier: GraphQLClient, step: str) -> None:
    """S43: no client row, no step."""
    (error,) = (await complete(supplier, step))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["step"])
    assert (await setup(supplier))["percentComplete"] == 0


async def test_steps_of_the_other_side_are_unknown(supplier: GraphQLClient) -> None:
    for step in ("basic_details", "", "x" * 10_000):
        assert (await complete(supplier, step))["errors"][0]["message"] == "There is no such step."


async def test_completing_a_step_again_changes_nothing(supplier: GraphQLClient) -> None:
    first = await complete(supplier, "business_info", data=BUSINESS)
    before = (await setup(supplier))["steps"]
    assert first["onboarding"]["percentComplete"] == 33
    assert await complete(supplier, "business_info") == first
    assert (await setup(supplier))["steps"] == before


@pytest.mark.parametrize(
    ("step", "data", "path"),
    [
        ("business_info", "text", ["data"]),
        ("business_info", ["list"], ["data"]),
        ("business_info", {"role": "admin"}, ["data", "role"]),
        ("business_info", {"vendorType": "MAGICIAN"}, ["data", "vendorType"]),
        ("business_info", {"businessName": 7}, ["data", "businessName"]),
        ("business_info", {"partner1Name": "Emma"}, ["data", "partner1Name"]),
        ("business_info", {"businessName": " "}, ["data", "businessName"]),
        ("first_client", {"coupleNames": "Emma"}, ["data"]),
    ],
)
async def test_invalid_profile_data_names_the_field(
    supplier: GraphQLClient, step: str, data: object, path: list[str]
) -> None:
    (error,) = (await complete(supplier, step, data=data))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", path)


async def test_the_time_of_each_step_is_stored(supplier: GraphQLClient, clock: Clock) -> None:
    clock.advance(100)
    await supplier.data(PROFILE, input=BUSINESS)
    clock.advance(40)
    await add_client(supplier)
    first, second, third = (await setup(supplier))["steps"]
    assert first["secondsSpent"] == pytest.approx(100, abs=5)
    assert second["secondsSpent"] == pytest.approx(40, abs=5)
    assert (third["secondsSpent"], third["completedAt"]) == (None, None)


async def test_accepting_completes_the_couples_setup(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    """S85: first_connection by accepting, basic_details by both names; the rest is optional."""
    couple = await new_couple(visitor, db)
    await accept_invitation(couple, await add_and_invite(supplier))
    wedding = (await couple.data(COUPLE_SETUP))["viewer"]["couple"]
    assert (wedding["onboarding"]["percentComplete"], wedding["onboarding"]["currentStep"]) == (
        50, "basic_details",
    )  # fmt: skip
    assert wedding["onboarding"]["firstValueAchieved"] is True
    assert wedding["firstConnectionAt"] is not None
    done = await complete(
        couple, "basic_details", data={"partner1Name": "Emma", "partner2Name": "James"}
    )
    assert done["onboarding"]["percentComplete"] == 100


async def test_an_optional_step_counts_for_nothing_in_the_percentage(
    visitor: GraphQLClient, db: Database
) -> None:
    """A36; and nobody can say that they have invited their partner who has not (M9)."""
    couple = await new_couple(visitor, db)
    (error,) = (await complete(couple, "invite_partner"))["errors"]
    assert error["message"] == "First comes “Basic Details”. Save both of your names first."
    await complete(couple, "basic_details", data={"partner1Name": "Emma", "partner2Name": "J"})
    await accept_invitation(couple, await add_and_invite(await new_supplier(visitor, db)))
    (error,) = (await complete(couple, "invite_partner"))["errors"]
    assert (error["message"], error["path"]) == ("Invite your partner first.", ["step"])
    assert (await couples.invite(couple))["errors"] == []
    assert (await complete(couple, "invite_partner"))["errors"] == []
    steps = (await couple.data(COUPLE_SETUP))["viewer"]["couple"]["onboarding"]["steps"]
    assert [bool(step["completedAt"]) for step in steps] == [True, True, True]
    onboarding = (await couple.data(COUPLE_SETUP))["viewer"]["couple"]["onboarding"]
    assert (onboarding["percentComplete"], onboarding["currentStep"]) == (100, None)


async def test_the_setup_continues_on_another_device(visitor: GraphQLClient) -> None:
    """A36, S84: the server keeps the place, not the browser."""
    sign_up = """mutation ($input: SignUpInput!) {
      signUp(input: $input) { session { accessToken } errors { code } } }"""
    log_in = """mutation ($e: EmailAddress!, $p: String!) {
      logIn(email: $e, password: $p) { session { accessToken } errors { code } } }"""
    email, password = "sarah@example.com", "two devices of mine"
    command = {"userType": "SUPPLIER", "email": email, "password": password}
    first = (await visitor.data(sign_up, input=command))["signUp"]["session"]["accessToken"]
    await complete(visitor.as_(first), "business_info", data=BUSINESS)
    seen = await setup(visitor.as_(first))
    second = (await visitor.data(log_in, e=email, p=password))["logIn"]["session"]["accessToken"]
    assert await setup(visitor.as_(second)) == seen
    assert (seen["percentComplete"], seen["currentStep"]) == (33, "first_client")


async def test_staff_have_no_onboarding(admin: GraphQLClient) -> None:
    assert (await complete(admin, "business_info"))["errors"][0]["code"] == "NOT_FOUND"
    answer = (await admin.data(HELP))["requestAssistance"]
    assert answer["errors"][0]["code"] == "NOT_FOUND"


async def test_stalled_onboardings_are_listed(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    viewer: GraphQLClient,
    db: Database,
    clock: Clock,
) -> None:
    """S73: five minutes without a step."""
    assert (await viewer.data(STALLED))["stalledOnboardings"]["nodes"] == []
    clock.advance(301)
    await new_couple(visitor, db)
    (node,) = (await viewer.data(STALLED))["stalledOnboardings"]["nodes"]
    assert (node["userType"], node["stuckAtStep"]) == ("SUPPLIER", "business_info")
    assert node["user"]["supplier"]["id"]
    assert (await setup(supplier))["stuckAtStep"] == "business_info"
    await add_client(supplier)
    assert (await setup(supplier))["stuckAtStep"] is None
    assert (await viewer.data(STALLED))["stalledOnboardings"]["nodes"] == []


async def test_stalled_onboardings_are_paged_longest_first(
    visitor: GraphQLClient, viewer: GraphQLClient, db: Database, clock: Clock
) -> None:
    for make in (new_supplier, new_couple, new_supplier):
        await make(visitor, db)
    first = (await viewer.data(STALLED, age=0, first=2))["stalledOnboardings"]
    assert [node["userType"] for node in first["nodes"]] == ["SUPPLIER", "COUPLE"]
    after = first["pageInfo"]["endCursor"]
    rest = (await viewer.data(STALLED, age=0, after=after))["stalledOnboardings"]
    assert [node["userType"] for node in rest["nodes"]] == ["SUPPLIER"]
    couples = await viewer.data(STALLED, age=0, userType="COUPLE")
    (couple,) = couples["stalledOnboardings"]["nodes"]
    page = await viewer.data(STALLED, age=0, email=couple["user"]["email"].upper())
    assert page["stalledOnboardings"]["nodes"] == [couple]


@pytest.mark.parametrize("filters", [{"age": -1}, {"userType": "ADMIN"}, {"after": "junk"}])
async def test_invalid_stalled_filters_are_refused(
    viewer: GraphQLClient, filters: dict[str, Any]
) -> None:
    assert (await viewer.execute(STALLED, **filters)).codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    ("side", "profile", "percent"),
    [
        ("SUPPLIER", BUSINESS, 33),
        ("SUPPLIER", {"businessName": "Sarah's Photos"}, 0),
        ("COUPLE", {"partner1Name": "Emma", "partner2Name": "James"}, 50),
        ("COUPLE", {"partner1Name": "Emma"}, 0),
        ("COUPLE", None, 0),
    ],
)
async def test_a_profile_given_at_sign_up_completes_its_step(
    visitor: GraphQLClient, side: str, profile: object, percent: int
) -> None:
    """M5: one computation, whoever writes the profile."""
    document = """mutation ($input: SignUpInput!) { signUp(input: $input) { session { user {
      supplier { setup { percentComplete } } couple { setup { percentComplete } } } } } }"""
    person = {"userType": side, "email": "m5@example.com", "password": "a long password"}
    answer = await visitor.data(document, input={**person, "profile": profile})
    user = answer["signUp"]["session"]["user"]
    assert user[side.lower()]["setup"]["percentComplete"] == percent
