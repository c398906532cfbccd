"""Who may do what with incidents; whoever may not leaves everything as it was (A53)."""

from typing import Any

import pytest
from sqlalchemy import func, select

from db.models.events import Change, LaunchEvent
from db.models.flags import FeatureFlag
from db.models.incidents import LaunchIncident
from db.session import Database
from domain.actors import Role
from tests.factories import user_sessions
from tests.factories.incidents import (
    CLOSE,
    CREATE,
    LIST,
    REOPEN,
    RESOLVE,
    REVERT,
    TAKE,
    UPDATE,
    report_incident,
    toggle_flag,
)
from tests.factories.launches import make_flag
from tests.support.graphql import GraphQLClient

STRANGERS = (None, Role.VIEWER, Role.SUPPLIER, Role.COUPLE)
NEW = {"type": "t", "severity": "LOW", "title": "Mine"}


def calls(incident: str, change: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every mutation of this topic."""
    return {
        "create": (CREATE, {"input": NEW}),
        "update": (UPDATE, {"input": {"id": incident, "title": "Mine"}}),
        "acknowledge": (TAKE, {"id": incident}),
        "resolve": (RESOLVE, {"id": incident, "notes": "mine"}),
        "reopen": (REOPEN, {"id": incident}),
        "close": (CLOSE, {"id": incident}),
        "revert": (REVERT, {"id": change, "reason": "mine"}),
    }


async def state(db: Database) -> list[object]:
    """All that these mutations could have changed."""
    rows = select(LaunchIncident.title, LaunchIncident.status, LaunchIncident.version)
    flags = select(FeatureFlag.enabled, FeatureFlag.version)
    counts = select(
        select(func.count()).select_from(LaunchEvent).scalar_subquery(),
        select(func.count()).select_from(Change).scalar_subquery(),
    )
    async with db.read() as session:
        return [(await session.execute(query)).all() for query in (rows, flags, counts)]


@pytest.mark.parametrize("role", STRANGERS, ids=str)
@pytest.mark.parametrize("name", calls("", ""))
async def test_callers_without_the_scope_change_nothing(
    db: Database, visitor: GraphQLClient, operator: GraphQLClient, name: str, role: Role | None
) -> None:
    await make_flag(operator, "chat", enabled=True)
    change = (await toggle_flag(operator, "chat", False))["id"]
    incident = (await report_incident(operator))["incident"]["id"]
    stranger = visitor.as_(await user_sessions.create_session(db, role)) if role else visitor
    before = await state(db)
    document, sent = calls(incident, change)[name]
    answer = await stranger.execute(document, **sent)
    assert answer.codes == ["FORBIDDEN" if role else "UNAUTHENTICATED"]
    assert await state(db) == before


async def test_viewers_can_read_incidents(operator: GraphQLClient, viewer: GraphQLClient) -> None:
    await report_incident(operator)
    (row,) = (await viewer.data(LIST))["incidents"]["nodes"]
    assert row["status"] == "OPEN"


async def test_suppliers_cannot_read_incidents(supplier: GraphQLClient) -> None:
    assert (await supplier.execute(LIST)).codes == ["FORBIDDEN"]
