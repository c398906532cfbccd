"""Asking people for help with the guided setup, and being found by them (S44)."""

from tests.api.test_onboarding import ANSWER, BUSINESS, HELP, STALLED, setup
from tests.factories.marketplace import PROFILE, add_and_invite
from tests.support.graphql import GraphQLClient


async def test_help_can_be_requested_and_answered(
    supplier: GraphQLClient, admin: GraphQLClient, operator: GraphQLClient
) -> None:
    """Requirement S44."""
    onboarding = (await supplier.data(HELP, message=" I am lost "))["requestAssistance"][
        "onboarding"
    ]
    assert (onboarding["assistanceNeeded"], onboarding["assistanceMessage"]) == (True, "I am lost")
    assert (await operator.execute(ANSWER, id=onboarding["id"])).codes == ["FORBIDDEN"]
    assert (await setup(supplier))["assistanceNeeded"] is True
    for _ in range(2):
        answer = (await admin.data(ANSWER, id=onboarding["id"]))["answerAssistance"]
        assert answer == {"onboarding": {"assistanceNeeded": False}, "errors": []}


async def test_finishing_the_setup_ends_a_help_request(supplier: GraphQLClient) -> None:
    await supplier.data(HELP)
    await add_and_invite(supplier)
    await supplier.data(PROFILE, input=BUSINESS)
    progress = await setup(supplier)
    assert (progress["percentComplete"], progress["assistanceNeeded"]) == (100, False)


async def test_long_help_messages_are_refused(supplier: GraphQLClient) -> None:
    answer = (await supplier.data(HELP, message="x" * 2001))["requestAssistance"]
    assert answer["errors"] == [{"code": "INVALID", "path": ["message"]}]
    assert (await setup(supplier))["assistanceNeeded"] is False


async def test_help_requests_are_listed_at_once_even_after_the_setup(
    supplier: GraphQLClient, viewer: GraphQLClient, admin: GraphQLClient
) -> None:
    """S44: whoever was told of it finds them, until somebody has answered."""
    await supplier.data(PROFILE, input=BUSINESS)
    await add_and_invite(supplier)
    assert (await setup(supplier))["percentComplete"] == 100
    requested = (await supplier.data(HELP, message="How do I change my name?"))["requestAssistance"]
    (node,) = (await viewer.data(STALLED, age=3600))["stalledOnboardings"]["nodes"]
    assert node["userType"] == "SUPPLIER"
    await admin.data(ANSWER, id=requested["onboarding"]["id"])
    assert (await viewer.data(STALLED, age=3600))["stalledOnboardings"]["nodes"] == []
