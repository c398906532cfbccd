"""Planned work over the API: announced, seen, ended early (A28)."""

from datetime import timedelta

import pytest

from domain.ids import global_id
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

_SILENCE = """
  id startsAt endsAt reason checks holdsCriteria endedEarly status
  createdBy { ... on User { email } }
"""
CREATE = f"""mutation ($input: CreateSilenceInput!) {{
  it: createSilence(input: $input) {{ silence {{ {_SILENCE} }} errors {{ code path }} }} }}"""
END = f"""mutation ($id: ID!) {{
  it: endSilence(id: $id) {{ silence {{ {_SILENCE} }} errors {{ code path }} }} }}"""
LIST = f"""query ($past: Boolean = false, $first: Int, $after: String) {{
  silences(past: $past, first: $first, after: $after) {{
    nodes {{ {_SILENCE} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
CHECKS = "{ systemHealth { checks { type silence { reason } } } }"
EVENTS = """{ launchEvents(first: 100) { nodes {
  __typename summary ... on SilenceEvent { silence { endedEarly } } } } }"""


def work(clock: Clock, minutes: float = 30, **more: object) -> dict[str, object]:
    """Planned work that begins now."""
    ends_at = (clock() + timedelta(minutes=minutes)).isoformat()
    return {"endsAt": ends_at, "reason": "new disks", **more}


async def test_silences_are_created_listed_and_ended_early(
    operator: GraphQLClient, clock: Clock
) -> None:
    made = (await operator.data(CREATE, input=work(clock, checks=["DATABASE"])))["it"]["silence"]
    assert (made["status"], made["checks"], made["holdsCriteria"]) == (
        "IN_FORCE",
        ["DATABASE"],
        True,
    )
    assert made["createdBy"]["email"]
    assert (await operator.data(LIST))["silences"]["nodes"] == [made]
    ended = (await operator.data(END, id=made["id"]))["it"]["silence"]
    assert (ended["status"], ended["endedEarly"]) == ("OVER", True)
    assert (await operator.data(END, id=made["id"]))["it"]["silence"] == ended
    assert (await operator.data(LIST))["silences"]["nodes"] == []
    assert (await operator.data(LIST, past=True))["silences"]["nodes"] == [ended]


async def test_checks_show_what_silences_them(operator: GraphQLClient, clock: Clock) -> None:
    await operator.data(CREATE, input=work(clock, checks=["EMAIL"]))
    checks = (await operator.data(CHECKS))["systemHealth"]["checks"]
    by_check = {check["type"]: check["silence"] for check in checks}
    assert by_check["EMAIL"] == {"reason": "new disks"}
    assert [name for name, silence in by_check.items() if silence] == ["EMAIL"]


async def test_silences_are_in_feed_and_audit(operator: GraphQLClient, clock: Clock) -> None:
    """A4: who, what, why."""
    made = (await operator.data(CREATE, input=work(clock)))["it"]["silence"]
    await operator.data(END, id=made["id"])
    nodes = (await operator.data(EVENTS))["launchEvents"]["nodes"]
    events = [node for node in nodes if node["__typename"] == "SilenceEvent"]
    assert sorted(node["silence"]["endedEarly"] for node in events) == [False, True]
    assert all("all checks" in node["summary"] for node in events)
    repeated = await operator.data(
        "query ($id: ID!) { node(id: $id) { ... on Silence { reason } } }", id=made["id"]
    )
    assert repeated == {"node": {"reason": "new disks"}}


async def test_future_silences_have_no_effect_yet(operator: GraphQLClient, clock: Clock) -> None:
    starts_at = (clock() + timedelta(hours=1)).isoformat()
    planned = work(clock, minutes=90, startsAt=starts_at)
    made = (await operator.data(CREATE, input=planned))["it"]["silence"]
    assert made["status"] == "PLANNED"
    checks = (await operator.data(CHECKS))["systemHealth"]["checks"]
    assert not any(check["silence"] for check in checks)
    called_off = (await operator.data(END, id=made["id"]))["it"]["silence"]
    assert (called_off["status"], called_off["endedEarly"]) == ("OVER", True)


@pytest.mark.parametrize(
    ("bad", "code", "field"),
    [
        ({"reason": " "}, "REQUIRED", "reason"),
        ({"reason": "x" * 501}, "INVALID", "reason"),
        ({"endsAt": "2020-01-01T00:00:00Z"}, "INVALID", "endsAt"),
        ({"endsAt": "9999-12-31T23:59:59Z"}, "INVALID", "endsAt"),
        (
            {"startsAt": "9999-12-30T00:00:00Z", "endsAt": "9999-12-31T00:00:00Z"},
            "INVALID",
            "startsAt",
        ),
    ],
)
async def test_bad_input_names_its_field(
    operator: GraphQLClient, clock: Clock, bad: dict[str, object], code: str, field: str
) -> None:
    answer = (await operator.data(CREATE, input={**work(clock), **bad}))["it"]
    assert answer == {"silence": None, "errors": [{"code": code, "path": ["input", field]}]}
    assert (await operator.data(LIST, past=True))["silences"]["nodes"] == []


async def test_unknown_silences_are_not_found(operator: GraphQLClient) -> None:
    unknown = global_id("Silence", "00000000-0000-0000-0000-000000000001")
    errors = [(await operator.data(END, id=bad))["it"]["errors"] for bad in (unknown, "nonsense")]
    assert [error["code"] for (error,) in errors] == ["NOT_FOUND", "INVALID"]


async def test_silences_are_paged(operator: GraphQLClient, clock: Clock) -> None:
    for number in range(3):
        await operator.data(CREATE, input=work(clock, reason=f"work {number}"))
    first = (await operator.data(LIST, first=2))["silences"]
    rest = (await operator.data(LIST, first=2, after=first["pageInfo"]["endCursor"]))["silences"]
    shown = [node["reason"] for page in (first, rest) for node in page["nodes"]]
    assert (shown, rest["pageInfo"]["hasNextPage"]) == (["work 2", "work 1", "work 0"], False)


async def test_viewers_can_read_but_not_change_silences(
    operator: GraphQLClient, viewer: GraphQLClient, clock: Clock
) -> None:
    made = (await operator.data(CREATE, input=work(clock)))["it"]["silence"]
    refused = [
        await viewer.execute(CREATE, input=work(clock)),
        await viewer.execute(END, id=made["id"]),
    ]
    assert [answer.codes for answer in refused] == [["FORBIDDEN"], ["FORBIDDEN"]]
    assert (await viewer.data(LIST, past=True))["silences"]["nodes"] == [made]
