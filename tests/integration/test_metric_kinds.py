"""Metrics of outside tools: kinds, units, ratios, percentiles, last values (L13)."""

import random
from typing import Any

import pytest
from starlette.applications import Starlette

from db.session import Database
from domain.errors import Invalid
from domain.metrics.criteria import Aggregation
from services.metrics import metric_reads, metric_rollups
from tests.factories.guards import ERRORS, GuardedPhase
from tests.factories.health import Health
from tests.factories.launches import CREATE_PHASE
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient, GraphQLFailed

RECORD = """mutation ($samples: [MetricSampleInput!]!) {
  recordSamples(samples: $samples) { recorded errors { message path } } }"""
CATALOG = "query ($s: String) { metrics(search: $s) { name kind unit lastValue aggregations } }"
SERIES = """query ($name: String!, $how: Aggregation!) {
  metricSeries(name: $name, range: LAST_1H, aggregation: $how) { unit points { value } } }"""
RATIO = "custom.failed / custom.all"


def sample(name: str, value: float, **fields: object) -> dict[str, object]:
    return {"name": f"custom.{name}", "value": value, **fields}


async def record(client: GraphQLClient, *samples: dict[str, object]) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(RECORD, samples=list(samples)))["recordSamples"]


async def measure(db: Database, metric: str, how: Aggregation) -> tuple[float | None, int, str]:
    async with db.read() as session:
        measurement = await metric_reads.measure(session, metric, how, 3_600, db.clock())
    return measurement.value, measurement.samples, measurement.unit


async def test_the_first_declared_kind_is_kept(admin: GraphQLClient) -> None:
    """A metric without one takes the first that comes; what does not fit is refused at once."""
    assert (await record(admin, sample("wait", 1)))["errors"] == []
    (one,) = (await admin.data(CATALOG, s="wait"))["metrics"]
    assert (one["kind"], "SUM" in one["aggregations"], "P95" in one["aggregations"]) == (
        "GAUGE",
        True,
        False,
    )
    assert (await record(admin, sample("wait", 2, kind="HISTOGRAM", unit="s")))["errors"] == []
    (one,) = (await admin.data(CATALOG, s="wait"))["metrics"]
    assert (one["kind"], one["unit"], one["lastValue"]) == ("HISTOGRAM", "s", 2)
    assert one["aggregations"] == ["SUM", "COUNT", "AVG", "P50", "P95", "P99"]
    payload = await record(
        admin,
        sample("wait", 1, kind="GAUGE"),
        sample("wait", 1, unit="ms"),
        sample("orders", -1, kind="COUNTER"),
    )
    assert [error["path"] for error in payload["errors"]] == [
        ["samples", "0", "kind"],
        ["samples", "1", "unit"],
        ["samples", "2", "value"],
    ]
    assert payload["recorded"] == 0
    (error,) = (await record(admin, sample("rate", 1, kind="RATIO")))["errors"]
    assert error["path"] == ["samples", "0", "kind"]


@pytest.mark.parametrize("scale", [0.001, 1.0, 1_000_000.0])
@pytest.mark.parametrize("rolled", [False, True])
async def test_percentiles_are_accurate_to_a_fifth(
    admin: GraphQLClient, db: Database, clock: Clock, scale: float, rolled: bool
) -> None:
    """At most a fifth above the true value, from samples and from minutes."""
    values = [scale * (index + 1) for index in range(100)]
    random.Random(7).shuffle(values)
    await record(admin, *(sample("size", value, kind="HISTOGRAM") for value in values))
    clock.advance(120)
    if rolled:
        await metric_rollups.roll_recent(db)
    for how, true in ((Aggregation.P50, 50), (Aggregation.P95, 95), (Aggregation.P99, 99)):
        value, samples, _ = await measure(db, "custom.size", how)
        assert samples == 100
        assert value is not None
        assert true * scale * 0.999 <= value <= true * scale * 1.2


async def test_percentiles_of_nothing_but_zeros_are_zero(
    admin: GraphQLClient, db: Database, clock: Clock
) -> None:
    await record(admin, *(sample("size", 0, kind="HISTOGRAM") for _ in range(3)))
    clock.advance(1)
    assert await measure(db, "custom.size", Aggregation.P99) == (0.0, 3, "")


async def test_ratios_of_two_counters_are_percentages(
    admin: GraphQLClient, db: Database, clock: Clock
) -> None:
    await record(
        admin,
        sample("failed", 3, kind="COUNTER"),
        sample("all", 150, kind="COUNTER"),
        sample("all", 50),
        sample("level", 9, kind="GAUGE"),
    )
    clock.advance(1)
    assert await measure(db, RATIO, Aggregation.AVG) == (1.5, 200, "%")
    line = (await admin.data(SERIES, name=RATIO, how="AVG"))["metricSeries"]
    values = [point["value"] for point in line["points"] if point["value"] is not None]
    assert (line["unit"], values) == ("%", [1.5])
    with pytest.raises(Invalid, match="level is a GAUGE"):
        await measure(db, "custom.level / custom.all", Aggregation.AVG)


@pytest.mark.parametrize(
    ("metric", "aggregation", "field", "says"),
    [
        ("custom.new", "P95", "aggregation", "has no kind yet"),
        ("custom.level", "P95", "aggregation", "is a gauge"),
        ("custom.level / custom.all", "AVG", "metric", "is a GAUGE"),
        ("custom.failed / signups_total", "AVG", "metric", "There is no metric"),
        (RATIO, "P95", "aggregation", "is a ratio"),
        ("eror_rate", "AVG", "metric", "Did you mean error_rate"),
        ("custom.size", "P95", None, ""),
        (RATIO, "RATE", None, ""),
    ],
)
async def test_criteria_are_validated_against_known_metrics(
    admin: GraphQLClient, metric: str, aggregation: str, field: str | None, says: str
) -> None:
    await record(
        admin,
        sample("failed", 3, kind="COUNTER"),
        sample("level", 9, kind="GAUGE"),
        sample("size", 9, kind="HISTOGRAM"),
    )
    criterion = {**ERRORS, "metric": metric, "aggregation": aggregation}
    sent = {"key": "mvp", "name": "MVP", "flags": [], "successCriteria": [criterion]}
    errors = (await admin.data(CREATE_PHASE, input=sent))["createLaunchPhase"]["errors"]
    if field is None:
        assert errors == []
        return
    assert [error["path"] for error in errors] == [["input", "successCriteria", "0", field]]
    assert says in errors[0]["message"]


async def test_a_guard_judges_a_ratio_and_a_percentile(
    app: Starlette, admin: GraphQLClient, health: Health, clock: Clock
) -> None:
    await record(
        admin,
        sample("failed", 0, kind="COUNTER"),
        sample("all", 0, kind="COUNTER"),
        sample("wait", 0.1, kind="HISTOGRAM", unit="s"),
    )
    guarded = GuardedPhase(app, admin, clock)
    ratio = {**ERRORS, "metric": RATIO, "aggregation": "AVG", "action": "WARN"}
    wait = {**ERRORS, "key": "wait", "metric": "custom.wait", "aggregation": "P95"}
    await guarded.go_live(ratio, {**wait, "minSamples": 1, "action": "WARN"})
    await record(admin, sample("failed", 5), sample("all", 100), sample("wait", 3.0))
    await guarded.tick()
    explanations = [item["explanation"] for item in (await guarded.look())["successCriteria"]]
    assert explanations[0].startswith("custom.failed / custom.all 5 % > 2 % in 60 s, 100 samples")
    assert explanations[1].startswith("custom.wait 3 s > 2 s in 60 s, 1 sample")


async def test_unknown_metrics_suggest_the_nearest_names(admin: GraphQLClient) -> None:
    await record(admin, sample("checkout_seconds", 1))
    with pytest.raises(GraphQLFailed) as failed:
        await admin.data(SERIES, name="checkout_seconds", how="AVG")
    (error,) = failed.value.args[0]
    assert "Did you mean custom.checkout_seconds?" in error["message"]


async def test_the_last_value_is_the_one_recorded_last(
    admin: GraphQLClient, db: Database, clock: Clock
) -> None:
    """Of several of one moment too, and from minutes once samples are gone."""
    at = clock().isoformat()
    await record(admin, sample("queue", 5, at=at), sample("queue", 50, at=at))
    (one,) = (await admin.data(CATALOG, s="queue"))["metrics"]
    assert one["lastValue"] == 50
    own = (await admin.data(CATALOG, s="error_rate"))["metrics"][0]
    assert (own["name"], own["lastValue"]) == ("error_rate", None)
