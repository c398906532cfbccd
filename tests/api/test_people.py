"""Who works here is shown to people by their role, and to tokens with `people:read` only (SEC10).

An operator acts in every part of a launch and writes their address into what can be written. Then
every field of the graph is asked for, generated from the schema.
"""

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from graphql import build_schema
from sqlalchemy import select

from db.models.accounts import User
from db.session import Database
from domain.actors import Role, Scope
from domain.ids import global_id
from server.graph import schema
from tests.architecture.selections import documents
from tests.factories.accounts import add_user, email_of
from tests.factories.health import Health
from tests.factories.incidents import UPDATE, report_incident
from tests.factories.launches import make_phase
from tests.factories.tokens import new_token
from tests.factories.user_sessions import create_session
from tests.support.graphql import GraphQLClient

GRAPH = build_schema(schema.as_str())
ALL_BUT_PEOPLE = frozenset(Scope) - {Scope.PEOPLE_READ, Scope.SELF}
# What somebody does, in order; each reason holds their address.
DEEDS = (
    'toggleFeatureFlag(input: { key: "beta", enabled: true, reason: "ask %s" })'
    " { errors { code } }",
    'activateLaunchPhase(input: { key: "mvp", acceptWarnings: true, reason: "%s" })'
    " { errors { code } }",
    'pauseLaunchPhase(input: { key: "mvp", reason: "%s looks at it" }) { errors { code } }',
    'updateFeatureFlag(input: { key: "mvp_flag", rolloutPercentage: 3, override: true,'
    ' reason: "%s" }) { errors { code } }',
    'killFlags(input: { keys: ["beta"], reason: "%s said so" }) { errors { code } }',
    'rollbackLaunchPhase(input: { key: "mvp", reason: "%s gives up" }) { errors { code } }',
)
SILENCE = """
mutation ($input: CreateSilenceInput!) { it: createSilence(input: $input) { errors { code } } }
"""
INVITE = (
    'mutation { inviteStaff(email: "new.colleague@wedsync.com", role: VIEWER) { errors { code } } }'
)


@pytest.fixture
async def addresses(
    health: Health, admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> frozenset[str]:
    """Everybody of the staff, after one of them did everything that there is to do."""
    operator = visitor.as_(await create_session(db, Role.OPERATOR))
    operator_email = await email_of(operator)
    plan = {"notify": [operator_email], "manualSteps": [f"Call {operator_email}."]}
    await make_phase(admin, "other", flags=("beta",))
    await make_phase(
        admin, "mvp", ("mvp_flag",), rollbackPlan=plan, steps=[{"percentage": 5}],
    )  # fmt: skip
    for deed in DEEDS:
        done = await operator.data("mutation { it: " + deed % operator_email + " }")
        assert (deed, done["it"]["errors"]) == (deed, [])
    until = (db.clock() + timedelta(hours=1)).isoformat()
    quiet = {"endsAt": until, "reason": f"{operator_email} works"}
    assert (await operator.data(SILENCE, input=quiet))["it"]["errors"] == []
    made = await report_incident(
        operator, description=f"{operator_email} saw it", dedupKey=operator_email
    )
    async with db.read() as session:
        users = (await session.scalars(select(User))).all()
    command = {"id": made["incident"]["id"], "assigneeId": global_id("User", users[0].id)}
    await operator.data(UPDATE, input=command)
    await admin.data(INVITE)
    await add_user(db, Role.ADMIN, "gone@wedsync.com")
    async with db.read() as session:
        return frozenset(await session.scalars(select(User.email)))


async def everything(client: GraphQLClient, db: Database) -> str:
    """All that the graph shows to a caller."""
    async with db.read() as session:
        ids = [global_id("User", key) for key in await session.scalars(select(User.id))]
    arguments = await _arguments(client, ids)
    texts = []
    for document in documents(GRAPH, arguments):
        answer = await client.execute(document)
        assert "INTERNAL" not in answer.codes, (document, answer.body)
        texts.append(json.dumps(answer.body))
    return "\n".join(texts)


async def _arguments(client: GraphQLClient, ids: list[str]) -> Mapping[str, str]:
    """Of the fields that need some."""
    phases = (await client.data("{ launchPhases { id } }"))["launchPhases"]
    phase = json.dumps(phases[0]["id"])
    return {
        "featureFlag": '(key: "mvp_flag")',
        "launchPhase": '(key: "mvp")',
        "activationPlan": f"(phaseId: {phase})",
        "rollbackPreview": f"(phaseId: {phase})",
        "launchStateAt": '(at: "2099-01-01T00:00:00Z")',
        "launchState": '(at: "2099-01-01T00:00:00Z")',
        "launchPlan": '(file: { phases: [{ key: "mvp", rollbackPlan: { notify: [] } }] })',
        "evaluateFlags": "(input: { explain: true })",
        "nodes": f"(ids: {json.dumps(ids)})",
        "changes": "(first: 30)",
        "launchEvents": "(first: 60)",
    }


async def test_tokens_without_people_read_see_no_staff_addresses(
    addresses: frozenset[str], visitor: GraphQLClient, db: Database
) -> None:
    tool = visitor.as_(await new_token(db, ALL_BUT_PEOPLE))
    shown = await everything(tool, db)
    assert {address for address in addresses if address in shown} == set()
    assert "(hidden)" in shown


async def test_staff_and_tokens_with_people_read_see_addresses(
    addresses: frozenset[str], visitor: GraphQLClient, db: Database
) -> None:
    """The same documents: were an address in none of them, the test above would prove nothing."""
    tool = visitor.as_(await new_token(db, ALL_BUT_PEOPLE | {Scope.PEOPLE_READ}))
    person = visitor.as_(await create_session(db, Role.VIEWER))
    for caller in (tool, person):
        shown = await everything(caller, db)
        assert {address for address in addresses if address in shown} == addresses
        assert "(hidden)" not in shown


@pytest.mark.parametrize(
    "document",
    [
        '{ changes(actor: ["gone@wedsync.com"]) { nodes { id } } }',
        '{ mails(recipient: "gone@wedsync.com") { nodes { id } } }',
        '{ incidentAssignees(search: "gone") { nodes { id } } }',
    ],
)
async def test_tokens_without_people_read_cannot_search_by_address(
    addresses: frozenset[str], visitor: GraphQLClient, db: Database, document: str
) -> None:
    assert addresses
    tool = visitor.as_(await new_token(db, ALL_BUT_PEOPLE))
    assert (await tool.execute(document)).codes == ["FORBIDDEN"]
    knowing = visitor.as_(await new_token(db, ALL_BUT_PEOPLE | {Scope.PEOPLE_READ}))
    assert (await knowing.execute(document)).codes == []


async def test_errors_hide_staff_addresses(
    addresses: frozenset[str], visitor: GraphQLClient, db: Database
) -> None:
    """Who changed it again, in the text of a conflict."""
    assert addresses
    revert = (
        'mutation ($id: ID!) { revertChange(changeId: $id, reason: "x") { errors { message } } }'
    )
    tool = visitor.as_(await new_token(db, ALL_BUT_PEOPLE))
    changes = await tool.data(
        "{ changes(first: 50, subject: [FLAG]) { nodes { id diff { field } } } }"
    )
    errors = [
        (await tool.data(revert, id=change["id"]))["revertChange"]["errors"]
        for change in changes["changes"]["nodes"]
    ]
    assert not {address for address in addresses if address in json.dumps(errors)}
