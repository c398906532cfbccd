"""An app with its own database and a live phase."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from domain.actors import Role
from domain.health.health import Outcome
from services.health.probes.database import DatabaseProbe
from settings import Settings
from tests.factories import user_sessions
from tests.factories.accounts import fast_passwords
from tests.factories.health import PROBES, Health
from tests.factories.launches import make_phase
from tests.factories.phases import PHASE, ROLLBACK, activate, roll_back
from tests.factories.propagation import runtime_of
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient


class FaultTestApp:
    """An app with its own database and a live phase."""

    def __init__(self, app: Starlette, admin: GraphQLClient, phase: str) -> None:
        self.app, self.admin, self.phase = app, admin, phase

    @property
    def db(self) -> Database:
        return runtime_of(self.app).db

    async def readiness(self) -> tuple[int, str | None]:
        """Return the status of /readyz and the cause it gives for the database."""
        answer = await self.admin.raw("GET", "/readyz")
        return answer.status_code, answer.json()["causes"].get("database")

    async def rollback_codes(self) -> list[str]:
        """Return the error codes of a rollback, wherever they appear."""
        sent = {"phaseId": self.phase, "reason": "Critical authentication issue"}
        return await self.codes(ROLLBACK, input=sent)

    async def codes(self, document: str, **variables: Any) -> list[str]:  # noqa: ANN401 - JSON
        """Return the error codes of a response or of a payload in it."""
        answer = await self.admin.execute(document, **variables)
        if answer.codes:
            return answer.codes
        (payload,) = answer.data.values()
        return [error.get("code", error["message"]) for error in payload["errors"]]

    async def phase_status(self) -> str:
        """Return the status of the phase as a caller reads it."""
        data = await self.admin.data(PHASE, id=self.phase)
        return str(data["launchPhase"]["status"])

    async def tile(self) -> str:
        """Return what the database health check reports."""
        result = await DatabaseProbe(self.db).run()
        assert result.outcome is Outcome.FAILED
        return str(result.error)

    async def works_again(self) -> None:
        """Check that the app is ready and the refused rollback now succeeds."""
        assert await self.readiness() == (200, None)
        answer = await roll_back(self.admin, self.phase)
        assert (answer["errors"], answer["phase"]["status"]) == ([], "ROLLED_BACK")

    async def is_down_for(self, cause: str) -> None:
        """Check that every interface reports the outage with its cause."""
        assert await self.readiness() == (503, cause)
        assert await self.rollback_codes() == ["DEPENDENCY_DOWN"]
        assert (await self.tile()).startswith(cause)


@asynccontextmanager
async def start_fault_test_app(
    url: str, settings: Settings, clock: Clock
) -> AsyncIterator[FaultTestApp]:
    update = {"database_url": url, "database_timeout_seconds": 5.0}
    app = create_app(settings.model_copy(update=update), clock, PROBES, fast_passwords())
    async with running(app.state.runtime):
        db = runtime_of(app).db
        admin = GraphQLClient(app, await user_sessions.create_session(db, Role.ADMIN))
        Health(clock)
        phase = await make_phase(admin)
        assert (await activate(admin, phase))["errors"] == []
        yield FaultTestApp(app, admin, phase)
