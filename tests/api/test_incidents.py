"""Incidents over the API: report, take, change, resolve, reopen, close (S27, S28, A30, A31)."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import func, update

from db.models.accounts import User
from db.session import Database
from domain.actors import Role
from domain.ids import global_id
from tests.factories.incidents import (
    CLOSE,
    LIST,
    REOPEN,
    RESOLVE,
    TAKE,
    UPDATE,
    report_incident,
    run_incident_mutation,
)
from tests.factories.launches import make_flag
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient


async def test_an_incident_is_reported_acknowledged_resolved_and_closed(
    operator: GraphQLClient,
) -> None:
    incident = (await report_incident(operator))["incident"]
    assert (incident["status"], incident["occurrences"]) == ("OPEN", 1)
    taken = (await operator.data(TAKE, id=incident["id"], note="on it"))["it"]["incident"]
    assert (taken["status"], taken["acknowledgedBy"]["__typename"]) == ("INVESTIGATING", "User")
    done = (await operator.data(RESOLVE, id=incident["id"], notes="rolled back"))["it"]["incident"]
    assert (done["status"], done["resolutionNotes"]) == ("RESOLVED", "rolled back")
    assert done["resolvedAt"] is not None
    closed = (await operator.data(CLOSE, id=incident["id"]))["it"]["incident"]
    assert closed["status"] == "CLOSED"
    actions = [item["summary"].split(":")[0].split()[2] for item in closed["timeline"]["nodes"]]
    assert actions == ["opened", "acknowledged", "resolved", "closed"]
    assert closed["timeline"]["nodes"][1]["note"] == "on it"


async def test_reporting_the_same_cause_counts_on_the_open_incident(
    operator: GraphQLClient,
) -> None:
    await report_incident(operator, dedupKey="cards", severity="LOW")
    repeated = await report_incident(operator, dedupKey="cards", severity="CRITICAL")
    assert repeated["merged"] is True
    assert (repeated["incident"]["occurrences"], repeated["incident"]["severity"]) == (
        2,
        "CRITICAL",
    )
    assert (await operator.data(LIST))["incidents"]["totalCount"] == 1


async def test_concurrent_reports_open_one_incident(operator: GraphQLClient) -> None:
    answers = await asyncio.gather(
        *(report_incident(operator, dedupKey="cards") for _ in range(20))
    )
    assert sum(not answer["merged"] for answer in answers) == 1
    (row,) = (await operator.data(LIST))["incidents"]["nodes"]
    assert row["occurrences"] == 20


async def test_a_cause_that_returns_within_15_minutes_reopens_its_incident(
    operator: GraphQLClient, clock: Clock
) -> None:
    """Requirement A30."""
    incident = (await report_incident(operator, dedupKey="cards"))["incident"]
    await operator.data(RESOLVE, id=incident["id"], notes="fixed")
    clock.advance(14 * 60)
    back = await report_incident(operator, dedupKey="cards")
    assert (back["merged"], back["incident"]["number"]) == (True, incident["number"])
    assert (back["incident"]["status"], back["incident"]["resolvedAt"]) == ("OPEN", None)


async def test_a_cause_that_returns_later_is_a_new_incident(
    operator: GraphQLClient, clock: Clock
) -> None:
    incident = (await report_incident(operator, dedupKey="cards"))["incident"]
    await operator.data(RESOLVE, id=incident["id"], notes="fixed")
    clock.advance(16 * 60)
    assert (await report_incident(operator, dedupKey="cards"))["merged"] is False


async def test_acknowledging_a_resolved_incident_is_refused(operator: GraphQLClient) -> None:
    """Requirement A31."""
    incident = (await report_incident(operator))["incident"]
    await operator.data(RESOLVE, id=incident["id"], notes="fixed")
    answer = (await operator.data(TAKE, id=incident["id"]))["it"]
    assert answer["errors"][0]["code"] == "INVALID_TRANSITION"
    assert "possible: reopen, close" in answer["errors"][0]["message"]


async def test_reopening_clears_the_acknowledgement(operator: GraphQLClient) -> None:
    incident = (await report_incident(operator))["incident"]
    await operator.data(TAKE, id=incident["id"])
    await operator.data(RESOLVE, id=incident["id"], notes="fixed")
    repeated = (await operator.data(REOPEN, id=incident["id"]))["it"]["incident"]
    assert (repeated["status"], repeated["acknowledgedBy"], repeated["resolvedAt"]) == (
        "OPEN",
        None,
        None,
    )


async def test_an_old_incident_cannot_be_reopened_beside_a_newer_one(
    operator: GraphQLClient, clock: Clock
) -> None:
    old = (await report_incident(operator, dedupKey="cards"))["incident"]
    await operator.data(RESOLVE, id=old["id"], notes="fixed")
    clock.advance(3600)
    await report_incident(operator, dedupKey="cards")
    answer = (await operator.data(REOPEN, id=old["id"]))["it"]
    assert answer["errors"][0]["code"] == "INVALID_TRANSITION"


async def test_an_update_records_the_changed_fields(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat")
    incident = (await report_incident(operator))["incident"]
    sent = {"id": incident["id"], "severity": "LOW", "affectedFeatures": ["mvp_chat"], "note": "hm"}
    updated = (await operator.data(UPDATE, input=sent))["it"]["incident"]
    assert (updated["severity"], updated["version"]) == ("LOW", 2)
    assert updated["affectedFeatures"] == [{"key": "mvp_chat"}]
    last = updated["timeline"]["nodes"][-1]
    assert "severity high to low, edited affected features" in last["summary"]
    assert last["note"] == "hm"


async def test_an_old_version_is_a_conflict(operator: GraphQLClient) -> None:
    incident = (await report_incident(operator))["incident"]
    await operator.data(TAKE, id=incident["id"])
    sent = {"id": incident["id"], "title": "Other", "expectedVersion": 1}
    (error,) = (await operator.data(UPDATE, input=sent))["it"]["errors"]
    assert (error["code"], error["currentVersion"]) == ("VERSION_CONFLICT", 2)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"affectedFeatures": ["nothing"]}, "affectedFeatures"),
        ({"phaseId": global_id("LaunchPhase", UUID(int=1))}, "phaseId"),
        ({"phaseId": "nonsense"}, "phaseId"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
        ({"type": ""}, "type"),
        ({"description": "x" * 10_001}, "description"),
        ({"userImpact": "x" * 2_001}, "userImpact"),
        ({"dedupKey": "x" * 201}, "dedupKey"),
    ],
)  # fmt: skip
async def test_bad_input_names_its_field(
    operator: GraphQLClient, fields: dict[str, object], path: str
) -> None:
    answer = await report_incident(operator, **fields)
    assert answer["errors"][0]["path"] == ["input", path]
    assert (await operator.data(LIST))["incidents"]["totalCount"] == 0


async def test_only_the_launch_team_can_be_assigned(
    operator: GraphQLClient, supplier: GraphQLClient
) -> None:
    stranger = (await supplier.data("{ viewer { id } }"))["viewer"]["id"]
    operator_id = (await operator.data("{ viewer { id } }"))["viewer"]["id"]
    incident = (await report_incident(operator))["incident"]
    sent = {"id": incident["id"], "assigneeId": stranger}
    refused = (await operator.data(UPDATE, input=sent))["it"]
    assert refused["errors"][0]["path"] == ["input", "assigneeId"]
    taken = (await operator.data(UPDATE, input={**sent, "assigneeId": operator_id}))["it"][
        "incident"
    ]
    assert taken["assignee"] == {"id": operator_id}


async def test_assignees_are_found_by_email(
    operator: GraphQLClient, viewer: GraphQLClient, supplier: GraphQLClient
) -> None:
    ask = '{ incidentAssignees(search: "VIEW") { nodes { id role } } }'
    own_account = (await viewer.data("{ viewer { id role } }"))["viewer"]
    assert (await operator.data(ask))["incidentAssignees"]["nodes"] == [own_account]
    for other in (viewer, supplier):
        assert (await other.execute(ask)).codes == ["FORBIDDEN"]


async def test_disabled_staff_cannot_be_assigned(
    operator: GraphQLClient, viewer: GraphQLClient, db: Database
) -> None:
    viewer_id = (await viewer.data("{ viewer { id } }"))["viewer"]["id"]
    incident = (await report_incident(operator))["incident"]
    async with db.write() as uow:
        await uow.session.execute(
            update(User).where(User.role == Role.VIEWER).values(disabled_at=func.now())
        )
    data = await operator.data('{ incidentAssignees(search: "view") { nodes { id } } }')
    assert data["incidentAssignees"]["nodes"] == []
    refused = await operator.data(UPDATE, input={"id": incident["id"], "assigneeId": viewer_id})
    assert refused["it"]["errors"][0]["path"] == ["input", "assigneeId"]


async def test_repeating_a_report_with_the_same_key_opens_no_second_incident(
    operator: GraphQLClient,
) -> None:
    one = await report_incident(operator, idempotencyKey="k1")
    two = await report_incident(operator, idempotencyKey="k1")
    assert one["incident"]["id"] == two["incident"]["id"]
    assert (await operator.data(LIST))["incidents"]["totalCount"] == 1


async def test_nul_bytes_are_refused(operator: GraphQLClient) -> None:
    answer = await operator.execute(TAKE, id="x", note="a\x00b")
    assert answer.codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    ("document", "sent", "path"),
    [
        (TAKE, {"note": "x" * 2_001}, ["note"]),
        (RESOLVE, {"notes": " "}, ["resolutionNotes"]),
        (RESOLVE, {"notes": "x" * 10_001}, ["resolutionNotes"]),
    ],
    ids=["note", "no notes", "notes"],
)
async def test_invalid_notes_name_their_argument(
    operator: GraphQLClient, document: str, sent: dict[str, str], path: list[str]
) -> None:
    incident = (await report_incident(operator))["incident"]
    (error,) = (await operator.data(document, id=incident["id"], **sent))["it"]["errors"]
    assert error["path"] == path
    (row,) = (await operator.data(LIST))["incidents"]["nodes"]
    assert row["status"] == "OPEN"


@pytest.mark.parametrize("document", [TAKE, REOPEN, CLOSE], ids=["take", "reopen", "close"])
async def test_an_unknown_incident_is_not_found(operator: GraphQLClient, document: str) -> None:
    unknown = global_id("Incident", UUID(int=1))
    (error,) = (await operator.data(document, id=unknown))["it"]["errors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["id"])


async def test_setting_the_status_back_unacknowledges_an_incident(operator: GraphQLClient) -> None:
    """A31: un-acknowledge."""
    key = (await report_incident(operator))["incident"]["id"]
    taken = await run_incident_mutation(
        operator, UPDATE, input={"id": key, "status": "INVESTIGATING"}
    )
    assert taken["acknowledgedBy"]["__typename"] == "User"
    back = await run_incident_mutation(operator, UPDATE, input={"id": key, "status": "OPEN"})
    assert (back["status"], back["acknowledgedBy"], back["acknowledgedAt"]) == ("OPEN", None, None)


@pytest.mark.parametrize("status", ["RESOLVED", "CLOSED"])
async def test_final_statuses_require_their_own_mutation(
    operator: GraphQLClient, status: str
) -> None:
    key = (await report_incident(operator))["incident"]["id"]
    (error,) = (await operator.data(UPDATE, input={"id": key, "status": status}))["it"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "status"])


async def test_an_assignment_records_the_assignee(operator: GraphQLClient) -> None:
    viewer = (await operator.data("{ viewer { id email } }"))["viewer"]
    key = (await report_incident(operator))["incident"]["id"]
    await run_incident_mutation(operator, UPDATE, input={"id": key, "assigneeId": viewer["id"]})
    free = await run_incident_mutation(operator, UPDATE, input={"id": key, "assigneeId": None})
    summaries = [item["summary"] for item in free["timeline"]["nodes"]]
    assert f"assigned to {viewer['email']}" in summaries[1]
    assert "assigned to nobody" in summaries[2]


async def test_an_update_without_changes_keeps_the_version(operator: GraphQLClient) -> None:
    incident = (await report_incident(operator))["incident"]
    same = {"id": incident["id"], "severity": "HIGH", "title": incident["title"]}
    assert (await run_incident_mutation(operator, UPDATE, input=same))["version"] == 1
