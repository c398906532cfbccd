"""Steps of the guided setup open one after the other, and where their flags allow (S83, S120)."""

import pytest

from db.session import Database
from tests.api.test_onboarding import BUSINESS, complete, setup
from tests.factories.launches import make_flag
from tests.factories.marketplace import COUPLE_SETUP, new_couple
from tests.support.graphql import GraphQLClient


async def test_steps_open_in_order(supplier: GraphQLClient) -> None:
    """Requirements S83 and S120."""
    progress = await setup(supplier)
    assert [step["enabled"] for step in progress["steps"]] == [True, False, False]
    (error,) = (await complete(supplier, "first_client"))["errors"]
    assert error["message"].startswith("First comes “Business Information”.")
    await complete(supplier, "business_info", data=BUSINESS)
    progress = await setup(supplier)
    assert [step["enabled"] for step in progress["steps"]] == [True, True, False]


@pytest.mark.parametrize("key", ["mvp_step_business_info", "onboarding_business_info"])
async def test_a_flag_keeps_a_step_closed(
    supplier: GraphQLClient, admin: GraphQLClient, key: str
) -> None:
    """S83: progressive disclosure; the former name of the flag counts too (M1)."""
    await make_flag(admin, key)
    progress = await setup(supplier)
    assert [step["enabled"] for step in progress["steps"]] == [False, False, False]
    assert progress["currentStep"] is None
    (error,) = (await complete(supplier, "business_info"))["errors"]
    assert (error["code"], error["path"]) == ("FEATURE_OFF", None)
    assert error["message"] == "The step “Business Information” is not open yet."


async def test_closed_steps_cannot_be_completed(
    admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    """S83: whoever says that it is done is told so, and nothing changes."""
    await make_flag(admin, "onboarding_invite_partner")
    couple = await new_couple(visitor, db)
    payload = await complete(couple, "invite_partner")
    assert [error["code"] for error in payload["errors"]] == ["FEATURE_OFF"]
    assert (await couple.data(COUPLE_SETUP))["viewer"]["couple"]["onboarding"]["steps"][-1] == {
        "key": "invite_partner",
        "required": False,
        "enabled": False,
        "completedAt": None,
        "secondsSpent": None,
    }
