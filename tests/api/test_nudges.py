"""Nudges, banners and the link in the e-mail, as people and mail programs see them (S73, X12)."""

from typing import Any

import pytest
from starlette.applications import Starlette

from db.session import Database
from domain.mail.unsubscribing import sign
from schema.context import Runtime
from services.journeys import onboarding
from services.marketplace import nudges
from tests.factories.incidents import RESOLVE, report_incident
from tests.factories.launches import make_flag, make_phase
from tests.factories.marketplace import PROFILE, new_supplier
from tests.factories.user_sessions import newest_user
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

SETUP = """{ viewer { supplier { onboarding {
  currentStep nudgesEnabled nudge { kind message step } banner { message step } } } } }"""
DISMISS = "mutation { dismissNudge { onboarding { nudge { step } } errors { code } } }"
SET = """mutation ($enabled: Boolean!) { setNudges(enabled: $enabled) {
  onboarding { nudgesEnabled nudge { step } } errors { code } } }"""
BUSINESS = {"businessName": "Sarah's Photos", "vendorType": "PHOTOGRAPHER"}
ONE_CLICK = {"content": "List-Unsubscribe=One-Click"}


async def setup(client: GraphQLClient) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(SETUP))["viewer"]["supplier"]["onboarding"]


@pytest.fixture
async def nudged(app: Starlette, supplier: GraphQLClient, db: Database, clock: Clock) -> str:
    """The supplier has stood still for five minutes; the code of the link in their e-mails."""
    runtime: Runtime = app.state.runtime
    user_id = await newest_user(db)
    clock.advance(301)
    async with runtime.db.write() as uow:
        row = await onboarding.of_user(uow.session, user_id)
        await nudges.look(uow, runtime.settings, user_id, row.last_activity_at)
    return sign(user_id, runtime.secret)


async def test_a_nudge_is_shown_until_it_is_dismissed(supplier: GraphQLClient, nudged: str) -> None:
    nudge = (await setup(supplier))["nudge"]
    assert (nudge["kind"], nudge["step"]) == ("STUCK", "business_info")
    assert "Business Information" in nudge["message"]
    assert (await supplier.data(DISMISS))["dismissNudge"]["onboarding"] == {"nudge": None}
    assert (await setup(supplier))["nudge"] is None


async def test_completing_a_step_ends_the_nudge(supplier: GraphQLClient, nudged: str) -> None:
    await supplier.data(PROFILE, input=BUSINESS)
    assert (await setup(supplier))["nudge"] is None


async def test_nudges_can_be_disabled(supplier: GraphQLClient, nudged: str) -> None:
    """Requirement A38."""
    off = (await supplier.data(SET, enabled=False))["setNudges"]["onboarding"]
    assert off == {"nudgesEnabled": False, "nudge": None}
    assert (await supplier.data(SET, enabled=True))["setNudges"]["onboarding"]["nudgesEnabled"]


async def test_staff_have_no_nudges(admin: GraphQLClient) -> None:
    assert (await admin.data(DISMISS))["dismissNudge"]["errors"] == [{"code": "NOT_FOUND"}]


async def test_one_click_unsubscribe_disables_nudges(
    visitor: GraphQLClient, supplier: GraphQLClient, nudged: str
) -> None:
    """RFC 8058: a POST, without a log-in."""
    answer = await visitor.raw("POST", f"/unsubscribe/{nudged}", **ONE_CLICK)
    assert (answer.status_code, "no more reminders" in answer.text) == (200, True)
    assert not (await setup(supplier))["nudgesEnabled"]


async def test_opening_the_unsubscribe_page_changes_nothing(
    visitor: GraphQLClient, supplier: GraphQLClient, nudged: str
) -> None:
    """Mail scanners follow every link."""
    answer = await visitor.raw("GET", f"/unsubscribe/{nudged}")
    assert (answer.status_code, 'method="post"' in answer.text) == (200, True)
    assert (await setup(supplier))["nudgesEnabled"]


@pytest.mark.parametrize("code", ["x", "%00", "%C3%A9", "A" * 43, "A" * 3_000])
async def test_forged_unsubscribe_links_do_nothing(
    visitor: GraphQLClient, supplier: GraphQLClient, nudged: str, code: str
) -> None:
    answer = await visitor.raw("POST", f"/unsubscribe/{code}", **ONE_CLICK)
    assert answer.status_code == 404
    assert (await setup(supplier))["nudgesEnabled"]


@pytest.mark.parametrize("by", ["its flag", "its phase"])
async def test_a_banner_is_shown_while_an_incident_is_open(
    admin: GraphQLClient, supplier: GraphQLClient, by: str
) -> None:
    """X12: nothing internal is shown."""
    phase = await make_phase(admin, flags=("onboarding_business_info",))
    flag = {"affectedFeatures": ["onboarding_business_info"]}
    incident = (await report_incident(admin, **(flag if by == "its flag" else {"phaseId": phase})))[
        "incident"
    ]
    await admin.data(
        'mutation { toggleFeatureFlag(input: {key: "onboarding_business_info", enabled: true, '
        'reason: "test"}) { errors { code } } }'
    )
    banner = (await setup(supplier))["banner"]
    assert banner["step"] == "business_info"
    assert "Cards" not in banner["message"]
    await admin.data(RESOLVE, id=incident["id"], notes="Mended")
    assert (await setup(supplier))["banner"] is None


async def test_unrelated_incidents_show_no_banner(
    admin: GraphQLClient, supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await make_flag(admin, "onboarding_first_client")
    await report_incident(admin, affectedFeatures=["onboarding_first_client"])
    for client in (supplier, await new_supplier(visitor, db)):
        assert (await setup(client))["banner"] is None
