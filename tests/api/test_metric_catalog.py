"""Which metrics there are, and one unit for each (L13)."""

from typing import Any

import pytest
from starlette.applications import Starlette

from tests.factories.guards import ERRORS, GuardedPhase
from tests.factories.health import Health
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient, GraphQLFailed

RECORD = "mutation ($samples: [MetricSampleInput!]!) { recordMetrics(samples: $samples) }"
CATALOG = """query ($search: String) {
  metrics(search: $search) { name kind unit aggregations checks } }"""
SERIES = """{ metricSeries(name: "custom.wait", range: LAST_1H, aggregation: AVG) { unit } }"""


def sample(value: float, unit: str | None = None, name: str = "custom.wait") -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit}


async def test_metrics_are_listed_with_their_units(admin: GraphQLClient) -> None:
    await admin.data(RECORD, samples=[sample(0.2, "s"), sample(3, name="custom.orders")])
    by_name = {item["name"]: item for item in (await admin.data(CATALOG))["metrics"]}
    assert by_name["error_rate"]["unit"] == "%"
    assert by_name["error_rate"]["kind"] == "RATIO"
    assert by_name["response_time_ms"]["aggregations"] == [
        "SUM",
        "COUNT",
        "AVG",
        "P50",
        "P95",
        "P99",
    ]
    assert by_name["custom.wait"]["unit"] == "s"
    assert (by_name["custom.orders"]["unit"], by_name["custom.orders"]["checks"]) == ("", [])
    (one,) = (await admin.data(CATALOG, search="wait"))["metrics"]
    assert one["name"] == "custom.wait"
    assert (await admin.data(SERIES))["metricSeries"]["unit"] == "s"


async def test_the_first_declared_unit_is_kept(admin: GraphQLClient) -> None:
    """One that was left out comes later; a sample without a unit is in that of the metric."""
    await admin.data(RECORD, samples=[sample(1)])
    await admin.data(RECORD, samples=[sample(1, "ms"), sample(2)])
    with pytest.raises(GraphQLFailed) as failed:
        await admin.data(RECORD, samples=[sample(1), sample(1, "s")])
    (error,) = failed.value.args[0]
    assert error["message"].startswith("custom.wait is measured in 'ms'")
    assert error["extensions"]["argument"] == "samples.1.unit"


async def test_unknown_metrics_are_refused_with_suggestions(admin: GraphQLClient) -> None:
    with pytest.raises(GraphQLFailed) as failed:
        await admin.data(SERIES.replace("custom.wait", "error_rates"))
    message = failed.value.args[0][0]["message"]
    assert message.startswith("There is no metric 'error_rates'.")
    assert "error_rate, " in message


async def test_a_criterion_shows_the_unit_of_a_custom_metric(
    app: Starlette, admin: GraphQLClient, health: Health, clock: Clock
) -> None:
    guarded = GuardedPhase(app, admin, clock)
    wait = {**ERRORS, "metric": "custom.wait", "aggregation": "AVG", "minSamples": 1}
    await guarded.go_live({**wait, "threshold": 0.5})
    await admin.data(RECORD, samples=[sample(0.2, "s")])
    await guarded.tick()
    explanation = (await guarded.criterion())["explanation"]
    assert explanation == "custom.wait 0.2 s ≤ 0.5 s in 60 s, 1 sample"
