"""The visit of one simulated user, step by step."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Protocol

from commands.shared.client import Json
from devserver import traffic_documents as ask
from devserver.traffic_cast import Business, Cast, Pair

THINKS = 4.0  # seconds between two steps, on average
LIMITED = "RATE_LIMITED"
FEATURE_OFF = "FEATURE_OFF"
FORBIDDEN = "FORBIDDEN"
HOLD_SECONDS = 60.0  # without sign-ups after the server has limited them
_PLEAS = (
    "Where do I find my client list?",
    "The invitation page does not load on my phone.",
    "Can I change the date later?",
)


class Deed(StrEnum):
    """What the summary counts."""

    SUPPLIERS = "suppliers signed up"
    COUPLES = "couples signed up"
    FAILED = "sign-ups failed, as some do"
    HELD_BACK = "sign-ups held back by the server's limit"
    BY_LINK = "invitations by link, since a letter needs a confirmed address"
    CLOSED = "turned away, since a feature flag is off for them"
    CLIENTS = "clients added"
    INVITED = "invitations sent"
    OPENED = "invitations opened"
    ACCEPTED = "invitations accepted"
    DECLINED = "invitations declined"
    STALLED = "people who stopped half way"
    HELP = "people who asked for help"
    ERRORS = "requests that failed"


class NoAnswer(Exception):
    """The server did not answer a request, or rejected it as a whole."""


class Graph(Protocol):
    """The public API for one user; `token` None is a visitor."""

    async def ask(self, document: str, token: str | None = None, **variables: object) -> Json:
        """The single root field of an operation; raises NoAnswer."""


@dataclass(frozen=True, slots=True)
class ReturningSupplier:
    """A supplier who may return."""

    token: str


class Visits:
    """The visits of a run, which may be concurrent."""

    def __init__(
        self,
        graph: Graph,
        cast: Cast,
        deeds: Counter[Deed],
        *,
        failing: float,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`deeds` counts what happens; `failing` is the percentage of failing sign-ups."""
        self.deeds = deeds
        self._graph, self._cast, self._failing = graph, cast, failing
        self._pause, self._clock = pause, clock
        self._suppliers: list[ReturningSupplier] = []
        self._couples: list[str] = []  # their tokens
        self._held_until = 0.0

    async def one(self) -> None:
        """Run one visit; expected failures are counted, not raised."""
        try:
            await self._visit()
        except NoAnswer:
            self.deeds[Deed.ERRORS] += 1

    async def _visit(self) -> None:
        if self._cast.chance(self._failing):
            await self._fail_to_sign_up()
        elif self._cast.chance(15):
            await self._lonely_couple()
        elif self._suppliers and self._cast.chance(35):
            await self._work(self._cast.random.choice(self._suppliers))
        else:
            await self._new_supplier()

    async def _fail_to_sign_up(self) -> None:
        """Sign up with a password that is too short; only the attempt is recorded."""
        fields = {
            "userType": self._cast.random.choice(("SUPPLIER", "COUPLE")),
            "email": self._cast.pair().email,
            "password": "wedding",
        }
        done = await self._graph.ask(ask.SIGN_UP, input=fields)
        closed = _has_error(done, FEATURE_OFF)
        self.deeds[Deed.CLOSED if closed else Deed.FAILED] += 1

    async def _lonely_couple(self) -> None:
        """Sign up without an invitation and wait for one."""
        pair = self._cast.pair()
        token = await self._sign_up("COUPLE", pair.email, Deed.COUPLES)
        if token is None:
            return
        self._couples.append(token)
        await self._think()
        if not self._cast.chance(30):
            await self._step(token, "basic_details", _details(pair))
        self.deeds[Deed.STALLED] += 1

    async def _new_supplier(self) -> None:
        """Go through the guided setup; one in three leaves it half way."""
        business = self._cast.business()
        token = await self._sign_up("SUPPLIER", business.email, Deed.SUPPLIERS)
        if token is None:
            if self._suppliers:
                await self._work(self._cast.random.choice(self._suppliers))
            return
        if await self._stops_here(token, 10):
            return
        await self._step(token, "business_info", _about(business))
        if await self._stops_here(token, 15):
            return
        supplier = ReturningSupplier(token)
        self._suppliers.append(supplier)
        await self._work(supplier, leaving=12)

    async def _work(self, supplier: ReturningSupplier, leaving: float = 0) -> None:
        """Add a client and invite it."""
        pair = self._cast.pair()
        await self._think()
        added = await self._graph.ask(ask.ADD_CLIENT, supplier.token, input=_client(pair))
        if self._has_errors(added):
            return
        self.deeds[Deed.CLIENTS] += 1
        if await self._stops_here(supplier.token, leaving):
            return
        sent = await self._invite(supplier, added["client"]["id"], pair.email)
        if self._has_errors(sent):
            return
        self.deeds[Deed.INVITED] += 1
        await self._invited(pair, sent["invitation"]["acceptUrl"].rpartition("/")[2])

    async def _invite(self, supplier: ReturningSupplier, client: str, email: str) -> Json:
        """Invite by e-mail or link; by link, too, if the daily e-mails are used up."""
        if self._cast.chance(30):
            sent = await self._graph.ask(ask.INVITE, supplier.token, id=client, email=email)
            if _has_error(sent, FORBIDDEN):  # users of the demo have no mailbox to confirm
                self.deeds[Deed.BY_LINK] += 1
            elif _has_error(sent, LIMITED):
                self.deeds[Deed.HELD_BACK] += 1
            else:
                return sent
        return await self._graph.ask(ask.INVITE, supplier.token, id=client, email=None)

    async def _invited(self, pair: Pair, code: str) -> None:
        """A couple receives the link: most accept, some decline, some forget it."""
        await self._think()
        await self._graph.ask(ask.LOOK, code=code)
        if self._cast.chance(15):
            return
        if self._has_errors(await self._graph.ask(ask.OPEN, code=code)):
            return
        self.deeds[Deed.OPENED] += 1
        await self._think()
        if self._cast.chance(10):
            if not self._has_errors(await self._graph.ask(ask.DECLINE, code=code)):
                self.deeds[Deed.DECLINED] += 1
        elif self._cast.chance(85):
            await self._accept(pair, code)

    async def _accept(self, pair: Pair, code: str) -> None:
        """Accept with a new account, or with an existing one if sign-ups are limited."""
        couple = self._known_couple()
        form: dict[str, object] = {"code": code, "confirmEmailMismatch": couple is not None}
        if couple is None:
            form |= _details(pair) | {"email": pair.email, "password": self._cast.password()}
        done = await self._graph.ask(ask.ACCEPT, couple, input=form)
        if self._is_limited(done) or self._has_errors(done):
            return
        self.deeds[Deed.ACCEPTED] += 1
        if done["session"] is not None:
            self.deeds[Deed.COUPLES] += 1
            self._couples.append(done["session"]["accessToken"])

    def _known_couple(self) -> str | None:
        if self._couples and (self._is_held or self._cast.chance(15)):
            return self._cast.random.choice(self._couples)
        return None

    async def _sign_up(self, kind: str, email: str, deed: Deed) -> str | None:
        """The token of a new account; None if the server limits sign-ups."""
        if self._is_held:
            self.deeds[Deed.HELD_BACK] += 1
            return None
        fields = {"userType": kind, "email": email, "password": self._cast.password()}
        done = await self._graph.ask(ask.SIGN_UP, input=fields)
        if self._is_limited(done) or self._has_errors(done):
            return None
        self.deeds[deed] += 1
        return str(done["session"]["accessToken"])

    async def _step(self, token: str, step: str, data: dict[str, object]) -> None:
        self._has_errors(await self._graph.ask(ask.COMPLETE_STEP, token, step=step, data=data))

    async def _stops_here(self, token: str, percent: float) -> bool:
        """Whether somebody stops here; one in three of them asks for help first."""
        await self._think()
        if not self._cast.chance(percent):
            return False
        self.deeds[Deed.STALLED] += 1
        if self._cast.chance(33):
            plea = self._cast.random.choice(_PLEAS)
            if not self._has_errors(await self._graph.ask(ask.ASK_FOR_HELP, token, message=plea)):
                self.deeds[Deed.HELP] += 1
        return True

    async def _think(self) -> None:
        await self._pause(self._cast.seconds(THINKS))

    @property
    def _is_held(self) -> bool:
        return self._clock() < self._held_until

    def _is_limited(self, payload: Json) -> bool:
        """Whether sign-ups are rate limited; then the run makes none for a while."""
        if not _has_error(payload, LIMITED):
            return False
        self._held_until = self._clock() + HOLD_SECONDS
        self.deeds[Deed.HELD_BACK] += 1
        return True

    def _has_errors(self, payload: Json) -> bool:
        if payload["errors"]:
            self.deeds[Deed.CLOSED if _has_error(payload, FEATURE_OFF) else Deed.ERRORS] += 1
        return bool(payload["errors"])


def _has_error(payload: Json, code: str) -> bool:
    return any(error["code"] == code for error in payload["errors"])


def _about(business: Business) -> dict[str, object]:
    return {"businessName": business.name, "vendorType": business.vendor_type}


def _details(pair: Pair) -> dict[str, object]:
    return {
        "partner1Name": pair.partner1,
        "partner2Name": pair.partner2,
        "weddingDate": pair.wedding_date.isoformat(),
    }


def _client(pair: Pair) -> dict[str, object]:
    return {"coupleNames": pair.names, "weddingDate": pair.wedding_date.isoformat()}
