"""Proofs about alerts and journeys: kept and broken by what really happens (S99 to S104, S111)."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from domain.health.health import CheckType, Outcome, ProbeResult
from services.health.health_monitor import HealthMonitor, Timing
from services.health.probes.base import Probe
from tests.factories.alerts import AlertCenters
from tests.factories.health import FakeProbe
from tests.factories.journeys import sign_up_supplier
from tests.factories.marketplace import (
    DECLINE,
    INVITE,
    PROFILE,
    accept_invitation,
    add_and_invite,
    add_client,
)
from tests.factories.marketplace import OPEN as OPEN_INVITATION
from tests.factories.propagation import wait_for_result
from tests.factories.reports import ReportedRun
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.receivers import HttpReceiver


async def _nowhere(_message: str) -> None:
    """Nobody listens."""


class Failing:
    """A check that fails; ten seconds pass with each look."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def run(self) -> ProbeResult:
        self._clock.advance(10)
        return ProbeResult(Outcome.FAILED, 3, "connection refused")


async def outage(desk: AlertCenters, redis: Redis, clock: Clock) -> None:
    """A check fails twice, ten seconds apart, and people are told by a real channel."""
    probes: dict[CheckType, Probe] = {
        CheckType.DATABASE: Failing(clock),
        CheckType.API: FakeProbe(),
    }
    center = desk.process()
    timing = Timing(recheck=0.01)
    monitor = HealthMonitor(desk.db, redis, probes, _nowhere, timing, center.observe)
    await monitor.tick()


async def test_proof_of_an_outage_alerted_in_time(
    launch: ReportedRun, desk: AlertCenters, redis: Redis, clock: Clock, receiver: HttpReceiver
) -> None:
    """S99, S111: it belongs to no phase, and counts; MTTD from the first bad sample."""
    await outage(desk, redis, clock)
    await desk.centers[0].idle()
    proofs = await launch.proofs()
    assert [proofs[row]["verdict"] for row in ("S99", "S111")] == ["KEPT", "KEPT"]
    assert proofs["S111"]["value"] == pytest.approx(10, abs=5)
    report = await launch.report()
    assert report["mttdSeconds"] == pytest.approx(10, abs=5)


async def test_proof_breaks_on_a_late_alert(
    launch: ReportedRun, desk: AlertCenters, redis: Redis, clock: Clock, receiver: HttpReceiver
) -> None:
    """S99, S111: a message that was not delivered is no alert, and its end is none either."""
    await receiver.stop()
    await outage(desk, redis, clock)
    await wait_for_result(lambda: _incidents(desk), lambda count: count == 1)
    assert await launch.verdicts("S99", "S111") == ["UNKNOWN"] * 2
    clock.advance(61)
    proofs = await launch.proofs()
    assert [proofs[row]["verdict"] for row in ("S99", "S111")] == ["BROKEN"] * 2
    assert "no message was delivered" in proofs["S99"]["evidence"]


async def _incidents(desk: AlertCenters) -> int:
    return len(await desk.incidents())


async def _set_up(visitor: GraphQLClient, clock: Clock, seconds: float) -> None:
    supplier = await sign_up_supplier(visitor)
    await supplier.data(PROFILE, input={"businessName": "Sarah's", "vendorType": "VENUE"})
    clock.advance(seconds)
    client = await add_client(supplier)
    await supplier.data(INVITE, clientId=client["id"])


@pytest.mark.parametrize(("seconds", "verdict"), [(60, "KEPT"), (400, "BROKEN")])
async def test_proof_of_the_supplier_onboarding_time(
    launch: ReportedRun, visitor: GraphQLClient, clock: Clock, seconds: float, verdict: str
) -> None:
    await _set_up(visitor, clock, seconds)
    assert await launch.verdicts("S100") == [verdict]


@pytest.mark.parametrize(
    ("wait", "hesitation", "couple", "connection"),
    [(60, 60, "KEPT", "KEPT"), (60, 240, "BROKEN", "KEPT"), (700, 60, "KEPT", "BROKEN")],
)
async def test_proof_of_couple_and_connection_times(
    launch: ReportedRun,
    visitor: GraphQLClient,
    clock: Clock,
    wait: float,
    hesitation: float,
    couple: str,
    connection: str,
) -> None:
    """S101 counts from the opened link, S102 from the sign-up of the supplier."""
    supplier = await sign_up_supplier(visitor)
    clock.advance(wait)
    sent = await add_and_invite(supplier, email="emma@example.com")
    await visitor.data(OPEN_INVITATION, code=sent.code)
    clock.advance(hesitation)
    await accept_invitation(visitor, sent)
    assert await launch.verdicts("S101", "S102") == [couple, connection]


async def test_proof_of_journey_success_rates(launch: ReportedRun, visitor: GraphQLClient) -> None:
    """S104, M16: who is under way is not judged; who left is."""
    supplier = await sign_up_supplier(visitor)
    first, second = [
        await add_and_invite(supplier, names, email=f"{names}@example.com") for names in ("a", "b")
    ]
    assert await launch.verdicts("S104") == ["NOT_MEASURED"]
    await visitor.data(OPEN_INVITATION, code=first.code)
    await accept_invitation(visitor, first)
    assert await launch.verdicts("S104") == ["KEPT"]
    await visitor.data(OPEN_INVITATION, code=second.code)
    await visitor.data(DECLINE, code=second.code)
    proof = (await launch.proofs())["S104"]
    assert (proof["verdict"], proof["value"]) == ("BROKEN", 50)
    assert "1 arrived, 0 failed, 1 abandoned" in proof["evidence"]


async def test_proof_ignores_the_delay_of_silenced_alerts(
    launch: ReportedRun, desk: AlertCenters, redis: Redis, clock: Clock, admin: GraphQLClient
) -> None:
    """A28: people are told when the planned work is over, and that is when the minute begins."""
    create = """mutation ($i: CreateSilenceInput!) {
      createSilence(input: $i) { errors { message } } }"""
    ends = clock() + timedelta(minutes=5)
    answer = await admin.data(create, i={"endsAt": ends.isoformat(), "reason": "planned work"})
    assert answer["createSilence"]["errors"] == []
    await outage(desk, redis, clock)
    clock.advance((ends - clock()).total_seconds() + 1)
    await desk.centers[0].sweep()
    await desk.centers[0].idle()
    assert await launch.verdicts("S99") == ["KEPT"]
