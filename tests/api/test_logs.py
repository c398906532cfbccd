"""What is logged of requests, operations and events: who and what, never what was typed."""

import json
import logging
from collections.abc import Iterator

import pytest

from commands.platform.logs import Context, JsonLines
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving, socket
from tests.support.waiting import until

FLAGS = "query Mine($device: String) { viewerFlags(deviceId: $device) { version } }"
LOG_IN = """mutation Enter($email: EmailAddress!) {
  logIn(email: $email, password: "my secret phrase") { session { id } } }"""
MAKE = """mutation Make($input: CreateFeatureFlagInput!) {
  createFeatureFlag(input: $input) { errors { message } } }"""


class Lines(logging.Handler):
    """Every line of ours, as a machine reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[dict[str, object]] = []
        self.addFilter(Context())
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(json.loads(self.format(record)))

    def of(self, logger: str) -> list[dict[str, object]]:
        return [line for line in self.records if line["logger"] == logger]


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, root = Lines(), logging.getLogger("launch")
    level = root.level
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


async def test_an_operation_is_one_log_line(visitor: GraphQLClient, lines: Lines) -> None:
    await visitor.execute(FLAGS, device="visitor-device-1")
    (line,) = lines.of("launch.graphql")
    assert (line["operation"], line["operation_type"]) == ("Mine", "query")
    assert isinstance(line["ms"], float)
    assert "errors" not in line
    assert "visitor-device-1" not in str(line)


async def test_refusals_are_logged_with_their_code(visitor: GraphQLClient, lines: Lines) -> None:
    await visitor.execute("query Look { featureFlags { totalCount } }")
    await visitor.execute("{ nothing like that")
    assert [line["errors"] for line in lines.of("launch.graphql")] == [
        ["UNAUTHENTICATED"],
        ["BAD_USER_INPUT"],
    ]


async def test_user_input_is_not_logged(visitor: GraphQLClient, lines: Lines) -> None:
    await visitor.execute(LOG_IN, email="somebody@example.com")
    name = "somebody@example.com\n{}"
    body = {"query": "query Mine { __typename }", "operationName": name}
    headers = {"accept": "application/graphql-response+json"}
    await visitor.raw("POST", "/graphql", json=body, headers=headers)
    text = json.dumps(lines.records)
    assert [line.get("operation") for line in lines.of("launch.graphql")] == ["Enter", None]
    assert [line["status"] for line in lines.of("launch.http")] == [400]
    assert "somebody" not in text
    assert "phrase" not in text


async def test_the_callers_request_id_is_kept(visitor: GraphQLClient, lines: Lines) -> None:
    answer = await visitor.execute(FLAGS, headers={"x-request-id": "web-7f3a.2_b"})
    assert answer.headers["x-request-id"] == "web-7f3a.2_b"
    assert lines.of("launch.graphql")[0]["request_id"] == "web-7f3a.2_b"


@pytest.mark.parametrize("request_id", ["short", "x" * 65, "a b c d e f g", "<script>alert", ""])
async def test_malformed_request_ids_are_replaced(
    visitor: GraphQLClient, lines: Lines, request_id: str
) -> None:
    answer = await visitor.execute(FLAGS, headers={"x-request-id": request_id})
    assert len(answer.headers["x-request-id"]) == 32
    assert lines.of("launch.graphql")[0]["request_id"] == answer.headers["x-request-id"]


async def test_requests_do_not_share_an_id(visitor: GraphQLClient) -> None:
    ids = [(await visitor.raw("GET", "/healthz")).headers["x-request-id"] for _ in range(3)]
    assert len(set(ids)) == 3


async def test_changes_are_logged_with_event_and_actor(admin: GraphQLClient, lines: Lines) -> None:
    answer = await admin.execute(MAKE, input={"key": "logged_flag", "name": "Logged"})
    assert answer.data["createFeatureFlag"]["errors"] == []
    (event,), (operation,) = lines.of("launch.events"), lines.of("launch.graphql")
    assert event["request_id"] == answer.headers["x-request-id"]
    assert event["actor_id"] == operation["actor"]
    assert len(event["event_seq"]) == 1  # type: ignore[arg-type] # JSON
    assert "@" not in str(event)


async def ended(lines: Lines) -> bool:
    return bool(lines.of("launch.graphql"))


async def test_secrets_in_paths_are_not_logged(visitor: GraphQLClient, lines: Lines) -> None:
    await visitor.raw("POST", "/accept/a-code-that-lets-in")
    (line,) = lines.of("launch.http")
    assert (line["message"], line["status"]) == ("POST /accept 405", 405)


async def test_a_stream_is_one_log_line_at_its_end(visitor: GraphQLClient, lines: Lines) -> None:
    async with serving(visitor.app) as address, socket(address) as connection:
        stream = await connection.subscribe("subscription Live { viewerFlags { version } }")
        await stream.next()
        assert lines.of("launch.graphql") == []
        await stream.stop()
        await until(lambda: ended(lines))
    (line,) = lines.of("launch.graphql")
    assert (line["operation"], line["operation_type"], line["results"]) == (
        "Live",
        "subscription",
        1,
    )
