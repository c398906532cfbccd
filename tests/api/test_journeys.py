"""Funnels over the graph: what people do is what they show (S70, S80, S104, A37)."""

from typing import Any

import pytest
from starlette.applications import Starlette

from db.session import Database
from domain.actors import Role
from services.marketplace.invitation_changes import expire_overdue
from tests.factories import user_sessions
from tests.factories.journeys import sign_up_supplier
from tests.factories.marketplace import (
    DECLINE,
    INVITE,
    OPEN,
    PROFILE,
    RESEND,
    REVOKE,
    accept_invitation,
    add_and_invite,
    add_client,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

JOURNEYS = """
query ($range: TimeRange!, $phase: ID) {
  launchMetrics(range: $range, phaseId: $phase) {
    journeys {
      key title started completed failed abandoned ended underWay successRate completionRate
      p50Seconds p95Seconds targetSeconds inTimeRate clockStartsAfter
      steps { key title entered completed stalled medianSeconds }
      breakdown { vendorType started completed ended successRate p50Seconds }
    }
  }
}
"""


async def journeys(client: GraphQLClient, window: str = "LAST_1H", **filters: str) -> Any:  # noqa: ANN401 - JSON
    """Each funnel by its key."""
    answer = await client.data(JOURNEYS, range=window, **filters)
    return {item["key"]: item for item in answer["launchMetrics"]["journeys"]}


async def journey(client: GraphQLClient, key: str) -> Any:  # noqa: ANN401 - JSON
    return (await journeys(client))[key]


def steps(funnel: Any) -> list[tuple[int, int, int]]:  # noqa: ANN401 - JSON
    return [(step["entered"], step["completed"], step["stalled"]) for step in funnel["steps"]]


async def test_funnels_are_empty_at_first(viewer: GraphQLClient) -> None:
    funnels = await journeys(viewer)
    assert [funnels[key]["targetSeconds"] for key in funnels] == [300, 180, 600]
    assert {funnels[key]["started"] for key in funnels} == {0}
    assert {funnels[key]["successRate"] for key in funnels} == {None}


async def test_a_supplier_journey_completes(
    viewer: GraphQLClient, visitor: GraphQLClient, clock: Clock
) -> None:
    """Requirements S90, S100 and S102."""
    supplier = await sign_up_supplier(visitor)
    clock.advance(60)
    await supplier.data(PROFILE, input={"businessName": "Sarah's", "vendorType": "VENUE"})
    clock.advance(120)
    client = await add_client(supplier)
    clock.advance(20)
    await supplier.data(INVITE, clientId=client["id"])
    funnel = await journey(viewer, "supplier_onboarding")
    assert (funnel["started"], funnel["completed"], funnel["successRate"]) == (1, 1, 100)
    assert funnel["p50Seconds"] == pytest.approx(200, rel=0.03)
    assert [step["medianSeconds"] for step in funnel["steps"]] == [
        pytest.approx(number, rel=0.03) for number in (60, 120, 20)
    ]
    (row,) = funnel["breakdown"]
    assert (row["vendorType"], row["started"], row["completed"]) == ("VENUE", 1, 1)


async def test_the_journey_from_sign_up_to_connection_is_measured(
    viewer: GraphQLClient, visitor: GraphQLClient, clock: Clock
) -> None:
    """S101, S102: the couple's own clock starts when it opens the link."""
    supplier = await sign_up_supplier(visitor)
    clock.advance(100)
    sent = await add_and_invite(supplier, email="emma@example.com")
    clock.advance(300)
    await visitor.data(OPEN, code=sent.code)
    clock.advance(90)
    await accept_invitation(visitor, sent)
    funnels = await journeys(viewer)
    couple, whole = funnels["invitation_accept"], funnels["signup_to_connection"]
    assert couple["p50Seconds"] == pytest.approx(90, rel=0.03)
    assert whole["p50Seconds"] == pytest.approx(490, rel=0.03)
    assert (couple["inTimeRate"], whole["inTimeRate"]) == (100, 100)
    assert steps(whole) == [(1, 1, 0), (1, 1, 0), (1, 1, 0)]


async def test_inactive_users_are_stalled_after_five_minutes(
    viewer: GraphQLClient, visitor: GraphQLClient, clock: Clock
) -> None:
    """Requirement S73."""
    supplier = await sign_up_supplier(visitor)
    await add_client(supplier)
    assert steps(await journey(viewer, "supplier_onboarding")) == [(1, 0, 0), (1, 1, 0), (0, 0, 0)]
    clock.advance(301)
    assert steps(await journey(viewer, "supplier_onboarding")) == [(1, 0, 1), (1, 1, 0), (0, 0, 0)]


async def test_an_opened_link_that_expires_is_a_failed_journey(
    viewer: GraphQLClient, visitor: GraphQLClient
) -> None:
    """S104: what nobody opened, or did not want, is not."""
    supplier = await sign_up_supplier(visitor)
    opened, unopened, unwanted = [
        await add_and_invite(supplier, names) for names in ("A", "B", "C")
    ]
    for sent in (opened, unwanted):
        await visitor.data(OPEN, code=sent.code)
    for sent in (opened, unopened):
        await supplier.data(REVOKE, id=sent.id)
    await visitor.data(DECLINE, code=unwanted.code)
    funnel = await journey(viewer, "invitation_accept")
    assert (funnel["started"], funnel["failed"], funnel["abandoned"]) == (3, 1, 2)
    assert (funnel["ended"], funnel["underWay"]) == (3, 0)
    assert (funnel["successRate"], funnel["completionRate"]) == (0, 0)


async def test_resending_an_expired_invitation_continues_its_journey(
    app: Starlette, db: Database, visitor: GraphQLClient, clock: Clock
) -> None:
    supplier = await sign_up_supplier(visitor)
    client = await add_client(supplier)
    answer = await supplier.data(INVITE, clientId=client["id"], days=1)
    clock.advance(86_401)
    viewer = visitor.as_(await user_sessions.create_session(db, Role.VIEWER))
    await expire_overdue(app.state.runtime.db)
    left = (await journeys(viewer, "LAST_7D"))["invitation_accept"]
    await supplier.data(RESEND, id=answer["inviteClient"]["invitation"]["id"])
    back = (await journeys(viewer, "LAST_7D"))["invitation_accept"]
    assert (left["abandoned"], back["abandoned"], back["started"]) == (1, 0, 1)


async def test_windows_contain_runs_that_began_in_them(
    viewer: GraphQLClient, visitor: GraphQLClient, clock: Clock
) -> None:
    await sign_up_supplier(visitor)
    clock.advance(3_700)
    await sign_up_supplier(visitor)
    started = [
        (await journeys(viewer, window))["supplier_onboarding"]["started"]
        for window in ("LAST_1H", "LAST_24H", "LAST_7D", "LAST_30D")
    ]
    assert started == [1, 2, 2, 2]


async def test_users_from_before_the_measurement_are_not_counted(
    viewer: GraphQLClient, supplier: GraphQLClient, db: Database
) -> None:
    """Their first steps were not seen, so their last ones say nothing."""
    await add_and_invite(supplier)
    funnels = await journeys(viewer)
    assert funnels["supplier_onboarding"]["started"] == 0
    assert funnels["invitation_accept"]["started"] == 1


async def test_journeys_are_available_as_metrics(
    admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    """S104: for success criteria and charts."""
    sent = await add_and_invite(await sign_up_supplier(visitor), email="emma@example.com")
    await accept_invitation(visitor, sent)
    document = """{ metricSeries(name: "invitation_accept_success", range: LAST_1H,
      aggregation: AVG) { unit points { value samples } } }"""
    series = (await admin.data(document))["metricSeries"]
    assert series["unit"] == "%"
    assert [point["value"] for point in series["points"] if point["samples"]] == [100]
