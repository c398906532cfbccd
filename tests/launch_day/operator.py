"""What the person does who runs the launch: through the public API, with a login."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import time
from typing import Any
from uuid import uuid4

from tests.launch_day import plan as plans
from tests.launch_day.api import Api, Failed
from tests.launch_day.plan import KEY, Plan
from tests.launch_day.site import EMAIL, PASSWORD

Json = Any
SIGN_UP_PHASE, SIGN_UP_FLAG = "sign_up", "mvp_supplier_signup"
LOG_IN = """mutation LogIn($email: EmailAddress!, $password: String!) {
  logIn(email: $email, password: $password) { session { accessToken } errors { code message } } }"""
FLAG = """mutation CreateFlag($input: CreateFeatureFlagInput!) {
  createFeatureFlag(input: $input) { flag { id } errors { code message } } }"""
PHASE = """mutation CreatePhase($input: CreateLaunchPhaseInput!) {
  createLaunchPhase(input: $input) { phase { id } errors { code message } } }"""
ACTIVATE = """mutation Activate($input: ActivateLaunchPhaseInput!) {
  activateLaunchPhase(input: $input) { phase { status } errors { code message } } }"""
ROLL_BACK = """mutation RollBack($input: RollbackLaunchPhaseInput!) {
  rollbackLaunchPhase(input: $input) {
    phase { status } incident { id number } conflicts errors { code message } } }"""
ADVANCE = """mutation Advance($input: PhaseActionInput!) {
  advanceLaunchPhase(input: $input) { phase { status } errors { code message } } }"""
RESOLVE = """mutation Resolve($id: ID!, $notes: String!) {
  resolveIncident(id: $id, resolutionNotes: $notes) { incident { status } errors { code message } }
}"""
SHOW = """query Show($key: String!) { launchPhase(key: $key) {
  status heldBy currentStep { percentage } pause { author reason }
} }"""
INCIDENTS = "query Incidents { incidents(first: 50) { nodes { id number title status severity } } }"
HEAD = """query Head { launchEvents(first: 1, newestFirst: true) { nodes { cursor } } }"""
TEST_ALERT = "mutation TestAlert { sendTestAlert { results { delivered } } }"


@dataclass(slots=True)
class Operator:
    """Logged in as an admin. `requests`: when each change was asked for, and when answered."""

    api: Api
    plan: Plan
    token: str = ""
    requests: dict[str, tuple[float, float]] = field(default_factory=dict)
    refusals: list[tuple[float, str]] = field(default_factory=list)

    async def log_in(self) -> None:
        done = await self.api.ask(LOG_IN, email=EMAIL, password=PASSWORD)
        self.token = str(done["session"]["accessToken"])

    async def make_launch(self) -> None:
        """The flags and the phase, as somebody would who has no demo."""
        for key in plans.FLAGS:
            command = {"key": key, "name": key.replace("_", " ").capitalize()}
            await self.api.ask(FLAG, self.token, input=command)
        await self.api.ask(PHASE, self.token, input=plans.phase(self.plan))

    async def head(self) -> str:
        """The cursor of the newest event."""
        events = await self.api.ask(HEAD, self.token)
        return str(events["nodes"][0]["cursor"])

    async def show(self) -> Json:
        """The phase as it is."""
        return await self.api.ask(SHOW, self.token, key=KEY)

    async def resolve_all(self) -> None:
        """End every incident that is still open."""
        incidents = await self.api.ask(INCIDENTS, self.token)
        for incident in incidents["nodes"]:
            await self.api.ask(RESOLVE, self.token, id=incident["id"], notes="Over.")

    async def activate(self, name: str) -> None:
        """Resolve what is open, and try until nothing blocks it; raises TimeoutError."""
        command: dict[str, object] = {"key": KEY, "acceptWarnings": True, "reason": name}
        await self._persist(name, ACTIVATE, command, self.resolve_all)

    async def roll_back(self, name: str, key: str = KEY) -> None:
        """By hand."""
        await self._persist(name, ROLL_BACK, {"key": key, "reason": name})

    async def open_sign_up(self) -> None:
        """A phase of its own with the flag that guards sign-up, for everybody at once."""
        flag = {"key": SIGN_UP_FLAG, "name": "Sign-up", "targetGroups": ["supplier"]}
        await self.api.ask(FLAG, self.token, input=flag)
        phase = {
            "key": SIGN_UP_PHASE,
            "name": "Sign-up",
            "rollbackPlan": {"mode": "DISABLE_ALL"},
            "flags": [{"flagKey": SIGN_UP_FLAG}],
        }
        await self.api.ask(PHASE, self.token, input=phase)
        command: dict[str, object] = {
            "key": SIGN_UP_PHASE,
            "acceptWarnings": True,
            "reason": "open",
        }
        await self._persist("sign-up opens", ACTIVATE, command, self.resolve_all)

    async def advance(self, name: str) -> None:
        """To the next step, whatever holds the ramp."""
        await self._persist(name, ADVANCE, {"key": KEY, "reason": name})

    async def _persist(
        self,
        name: str,
        document: str,
        command: dict[str, object],
        before: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Until it is done, as a person would who gets an error; raises TimeoutError, Failed.

        The key makes an attempt whose answer was lost and the next one the same.
        """
        command = {**command, "idempotencyKey": f"{name}-{uuid4()}"}
        async with asyncio.timeout(self.plan.patience):
            while True:
                begin = time()
                try:
                    if before is not None:
                        await before()
                    begin = time()
                    await self.api.ask(document, self.token, input=command)
                except Failed as failed:
                    if "INVALID_TRANSITION" in failed.codes:
                        raise
                    self.refusals.append((begin, str(failed)))
                    await asyncio.sleep(1)
                else:
                    self.requests[name] = (begin, time())
                    return
