"""Metrics over the API (S26, S79, S81, A50), and what counts as our error (S69)."""

import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from domain.errors import DependencyDown
from services.accounts import sign_up
from services.flags import flag_reads
from settings import Settings
from tests.factories.health import PROBES
from tests.factories.metrics import store_requests
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

METRICS = """
query ($range: TimeRange!, $phase: ID) {
  launchMetrics(range: $range, phaseId: $phase) {
    cursor range
    signups { value previous changePercent trend improving }
    averageResponseTime { value unit } errorRate { value unit }
    performance { name aggregation resolutionSeconds points { value samples } }
  }
}
"""
SERIES = """
query ($name: String!, $how: Aggregation!, $tags: JSON) {
  metricSeries(name: $name, range: LAST_1H, aggregation: $how, tags: $tags) {
    unit points { value samples }
  }
}
"""
RECORD = "mutation ($samples: [MetricSampleInput!]!) { recordMetrics(samples: $samples) }"
SIGN_UP = """
mutation ($email: EmailAddress!) {
  signUp(input: { userType: SUPPLIER, email: $email, password: "three dogs in a boat" }) {
    errors { code }
  }
}
"""
HERE = {"host": "127.0.0.1:8000"}
LIST = "{ featureFlags { totalCount } }"


async def rate(app: Starlette, client: GraphQLClient) -> float | None:
    """The error rate of the last hour, as the dashboard shows it."""
    await app.state.runtime.meter.flush()
    data = await client.data(METRICS, range="LAST_1H")
    value: float | None = data["launchMetrics"]["errorRate"]["value"]
    return value


async def test_an_empty_range_has_no_values(viewer: GraphQLClient) -> None:
    metrics = (await viewer.data(METRICS, range="LAST_24H"))["launchMetrics"]
    assert metrics["signups"] == {
        "value": None, "previous": None, "changePercent": None, "trend": "UNKNOWN",
        "improving": None,
    }  # fmt: skip
    assert metrics["errorRate"] == {"value": None, "unit": "%"}
    assert {line["name"] for line in metrics["performance"]} == {"response_time_ms", "error_rate"}


async def test_the_snapshot_has_cards_and_charts(viewer: GraphQLClient, db: Database) -> None:
    await store_requests(db, db.clock(), total=200, errors=6, milliseconds=30)
    metrics = (await viewer.data(METRICS, range="LAST_1H"))["launchMetrics"]
    assert metrics["errorRate"]["value"] == 3
    assert metrics["averageResponseTime"]["value"] == 30
    assert sum(point["samples"] for point in metrics["performance"][2]["points"]) == 200


async def test_sign_ups_and_failed_sign_ups_count_once(
    viewer: GraphQLClient, visitor: GraphQLClient
) -> None:
    """Requirements S64 and S70."""
    await visitor.data(SIGN_UP, email="anna@example.com")
    metrics = (await viewer.data(METRICS, range="LAST_1H"))["launchMetrics"]
    assert metrics["signups"]["value"] == 1
    series = await viewer.data(SERIES, name="supplier_signups", how="SUM", tags=None)
    assert sum(point["value"] or 0 for point in series["metricSeries"]["points"]) == 1


async def test_a_failed_sign_up_is_a_metric(viewer: GraphQLClient, visitor: GraphQLClient) -> None:
    short = SIGN_UP.replace("three dogs in a boat", "short")
    answer = await visitor.data(short, email="anna@example.com")
    assert answer["signUp"]["errors"] != []
    series = await viewer.data(SERIES, name="failed_signups", how="SUM", tags=None)
    assert sum(point["value"] or 0 for point in series["metricSeries"]["points"]) == 1


async def test_masked_errors_count_despite_http_200(
    app: Starlette, admin: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_args: object) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(flag_reads, "count", broken)
    answer = await admin.execute(LIST)
    assert (answer.status, answer.codes) == (200, ["INTERNAL"])
    assert await rate(app, admin) == 100


async def test_unavailable_dependencies_count_as_errors(
    app: Starlette, admin: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_args: object) -> int:
        raise DependencyDown

    monkeypatch.setattr(flag_reads, "count", away)
    assert (await admin.execute(LIST)).codes == ["DEPENDENCY_DOWN"]
    assert await rate(app, admin) == 100


async def test_a_stream_counts_once_with_its_first_result(
    app: Starlette, admin: GraphQLClient
) -> None:
    body = {"query": "{ featureFlags { totalCount } }"}
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {admin.token}"}
    answer = await admin.raw("POST", "/graphql", json=body, headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert app.state.runtime.meter.so_far()["requests_total"].total == 1


async def test_errors_in_payloads_count_if_they_are_ours(
    app: Starlette, admin: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_args: object) -> None:
        raise DependencyDown

    monkeypatch.setattr(sign_up, "_sign_up", away)
    answer = await admin.data(SIGN_UP, email="anna@example.com")
    assert answer["signUp"]["errors"] == [{"code": "DEPENDENCY_DOWN"}]
    assert await rate(app, admin) == 100


async def test_caller_mistakes_do_not_count_as_errors(
    app: Starlette, admin: GraphQLClient, viewer: GraphQLClient
) -> None:
    await admin.execute("{ nothing }")
    await admin.execute("{ launchPhase(id: 7) { key } }")
    await viewer.execute(RECORD, samples=[{"name": "custom.a", "value": 1}])
    assert await rate(app, admin) == 0


async def test_external_tools_record_their_metrics(admin: GraphQLClient) -> None:
    """Requirement A50."""
    samples = [
        {"name": "custom.queue", "value": 4, "tags": {"zone": "a"}},
        {"name": "custom.queue", "value": 8, "tags": {"zone": "b"}},
    ]
    assert (await admin.data(RECORD, samples=samples))["recordMetrics"] == 2
    for tags, expected in ((None, 6), ({"zone": "b"}, 8)):
        data = await admin.data(SERIES, name="custom.queue", how="AVG", tags=tags)
        (value,) = [p["value"] for p in data["metricSeries"]["points"] if p["samples"]]
        assert value == expected


@pytest.mark.parametrize(
    ("sample", "field"),
    [
        ({"name": "error_rate", "value": 1}, "samples.0.name"),
        ({"name": "custom.", "value": 1}, "samples.0.name"),
        ({"name": "custom.a b", "value": 1}, "samples.0.name"),
        ({"name": "custom.a", "value": 1e300}, "samples.0.value"),
        ({"name": "custom.a", "value": 1, "tags": [1]}, "samples.0.tags"),
        ({"name": "custom.a", "value": 1, "tags": {"a": 1}}, "samples.0.tags"),
        ({"name": "custom.a", "value": 1, "tags": {"a": "x" * 101}}, "samples.0.tags"),
        (
            {"name": "custom.a", "value": 1, "tags": dict.fromkeys("abcdefghi", "x")},
            "samples.0.tags",
        ),
        ({"name": "custom.a", "value": 1, "unit": "x" * 21}, "samples.0.unit"),
        ({"name": "custom.a", "value": 1, "at": "2999-01-01T00:00:00Z"}, "samples.0.at"),
        ({"name": "custom.a", "value": 1, "at": "2020-01-01T00:00:00Z"}, "samples.0.at"),
    ],
)
async def test_one_bad_sample_refuses_the_whole_call(
    admin: GraphQLClient, sample: dict[str, object], field: str
) -> None:
    answer = await admin.execute(RECORD, samples=[sample, {"name": "custom.ok", "value": 1}])
    assert answer.body["errors"][0]["extensions"]["argument"] == field
    data = await admin.data(SERIES, name="custom.ok", how="COUNT", tags=None)
    assert all(not point["samples"] for point in data["metricSeries"]["points"])


async def test_reserved_metric_names_are_refused_with_a_reason(admin: GraphQLClient) -> None:
    answer = await admin.execute(RECORD, samples=[{"name": "error_rate", "value": 0}])
    (error,) = answer.body["errors"]
    assert "counted by the system itself" in error["message"]
    assert "custom.error_rate" in error["message"]


@pytest.mark.parametrize("count", [0, 501])
async def test_a_call_has_1_to_500_samples(admin: GraphQLClient, count: int) -> None:
    answer = await admin.execute(RECORD, samples=[{"name": "custom.a", "value": 1}] * count)
    assert answer.body["errors"][0]["extensions"]["argument"] == "samples"


async def test_new_series_beyond_the_limit_are_refused(admin: GraphQLClient) -> None:
    """Each name with its tags costs a row a minute for a month."""

    async def send(*users: int) -> list[str]:
        samples = [{"name": "custom.a", "value": 1, "tags": {"user": str(user)}} for user in users]
        return (await admin.execute(RECORD, samples=samples)).codes

    assert [await send(*range(n, n + 500)) for n in (0, 500)] == [[], []]
    assert await send(3, 1000) == ["BAD_USER_INPUT"]
    assert await send(3, 999) == []


@pytest.mark.parametrize("tags", [[1], {"a": 1}, dict.fromkeys("abcdefghi", "x")])
async def test_invalid_tags_name_the_argument(admin: GraphQLClient, tags: object) -> None:
    answer = await admin.execute(SERIES, name="custom.a", how="AVG", tags=tags)
    assert answer.body["errors"][0]["extensions"]["argument"] == "tags"


@pytest.mark.parametrize(
    ("name", "how", "field"),
    [("nothing", "AVG", "name"), ("signups_total", "P95", "aggregation")],
)
async def test_impossible_series_name_the_argument(
    admin: GraphQLClient, name: str, how: str, field: str
) -> None:
    answer = await admin.execute(SERIES, name=name, how=how, tags=None)
    assert answer.body["errors"][0]["extensions"]["argument"] == field


async def test_viewers_cannot_record_samples(viewer: GraphQLClient, admin: GraphQLClient) -> None:
    answer = await viewer.execute(RECORD, samples=[{"name": "custom.a", "value": 1}])
    assert answer.codes == ["FORBIDDEN"]
    data = await admin.data(SERIES, name="custom.a", how="COUNT", tags=None)
    assert all(not point["samples"] for point in data["metricSeries"]["points"])


@pytest.mark.parametrize("phase", ["nonsense", "SW5jaWRlbnQ6MQ=="])
async def test_unknown_phases_name_the_argument(viewer: GraphQLClient, phase: str) -> None:
    answer = await viewer.execute(METRICS, range="LAST_1H", phase=phase)
    assert answer.body["errors"][0]["extensions"]["argument"] == "phaseId"


async def test_prometheus_scrapes_a_process(admin: GraphQLClient) -> None:
    await admin.data(LIST)
    answer = await admin.raw("GET", "/metrics", headers=HERE)
    assert answer.headers["content-type"].startswith("text/plain")
    assert "launch_requests_total 1.0" in answer.text
    assert 'launch_response_seconds_bucket{le="+Inf"} 1.0' in answer.text
    assert "launch_request_errors_total 0.0" in answer.text


async def test_behind_a_proxy_prometheus_needs_a_token(
    admin: GraphQLClient, supplier: GraphQLClient
) -> None:
    for token, status in ((None, 403), (supplier.token, 403), (admin.token, 200)):
        headers = {"x-forwarded-for": "203.0.113.9"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        answer = await admin.raw("GET", "/metrics", headers=headers)
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("host", "status"), [("localhost:8000", 200), ("[::1]", 200), ("evil.example", 403), ("", 403)]
)
async def test_dns_rebinding_cannot_read_metrics(
    visitor: GraphQLClient, host: str, status: int
) -> None:
    answer = await visitor.raw("GET", "/metrics", headers={"host": host})
    assert answer.status_code == status


async def test_prometheus_metrics_cover_the_parts_of_a_process(admin: GraphQLClient) -> None:
    text = (await admin.raw("GET", "/metrics", headers=HERE)).text
    for family in (
        "launch_websockets 0.0",
        "launch_database_connections ",
        'launch_subscriptions{source="bus"}',
        "launch_bus_published_total",
        "launch_bus_connected 1.0",
        "launch_event_loop_lag_seconds",
        "launch_flag_set_version",
    ):
        assert f"\n{family}" in text


async def test_metrics_can_be_made_public(
    db: Database, redis: Redis, settings: Settings, clock: Clock
) -> None:
    open_ = create_app(settings.model_copy(update={"metrics_public": True}), clock, PROBES)
    async with running(open_.state.runtime):
        headers = {"x-forwarded-for": "203.0.113.9"}
        answer = await GraphQLClient(open_).raw("GET", "/metrics", headers=headers)
    assert answer.status_code == 200
