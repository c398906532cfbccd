"""Suppliers and couples who act through the public API, so many a second."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from time import time

from devserver import traffic_documents as ask
from devserver.traffic_cast import Business, Cast, Pair
from tests.launch_day.api import Api, Failed

UPDATE = """
mutation UpdateClient($input: UpdateClientInput!) {
  updateClient(input: $input) { client { id } errors { code message } }
}
"""
_LOOK = 0.02
_FAIR = "203.0.113.9"  # where all suppliers sign up: SIGN_UPS_PER_HOUR is for one address
_NEW_EVERY = 60  # every so manieth deed is a new supplier; the others edit what is there
_BY_MAIL = 30  # percent of invitations


@dataclass(frozen=True, slots=True)
class Arrival:
    """A journey of a supplier, from its sign-up to its first connection."""

    began: float
    signed_up: float | None = None
    set_up: float | None = None
    connected: float | None = None


@dataclass(frozen=True, slots=True)
class _AddedClient:
    token: str
    client: str
    address: str


class People:
    """Deeds at an even pace for as long as `run` is not cancelled."""

    def __init__(self, api: Api, random: Random) -> None:
        self.arrivals: list[Arrival] = []
        self.deeds: Counter[str] = Counter()
        self._api = api
        self._cast = Cast(random, datetime.now(UTC).date())
        self._random = random
        self._clients: list[_AddedClient] = []
        self._number = 0

    async def settle_in(self, many: int) -> None:
        """So many suppliers are there before the day begins."""
        for _ in range(many):
            await self._new_supplier()

    async def run(self, per_second: float, at_once: int) -> None:
        """Until it is cancelled; deeds under way are carried through.

        Who comes while so many are under way leaves again: a slow machine has fewer deeds, and
        answers them.
        """
        loop = asyncio.get_running_loop()
        due, under_way = loop.time(), set[asyncio.Task[None]]()
        try:
            while True:
                while due <= loop.time():
                    due += 1 / per_second
                    if len(under_way) < at_once:
                        task = asyncio.create_task(self._deed())
                        under_way.add(task)
                        task.add_done_callback(under_way.discard)
                await asyncio.sleep(_LOOK)
        finally:
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _deed(self) -> None:
        self._number += 1
        if not self._clients or self._number % _NEW_EVERY == 0:
            await self._new_supplier()
        else:
            await self._edit(self._random.choice(self._clients))

    async def _edit(self, who: _AddedClient) -> None:
        command = {"id": who.client, "notes": f"Called at {time():.3f}"}
        try:
            await self._api.ask(UPDATE, who.token, address=who.address, input=command)
            self.deeds["edits"] += 1
        except Failed:
            self.deeds["failed"] += 1

    async def _new_supplier(self) -> None:
        """Signs up, is set up, invites a couple, which accepts."""
        began, address = time(), self._address()
        place = len(self.arrivals)
        self.arrivals.append(Arrival(began))
        try:
            business = self._cast.business()
            token = await self._sign_up(business)
            self._note(place, signed_up=time())
            client = await self._set_up(token, business, address)
            self._note(place, set_up=time())
            self._clients.append(_AddedClient(token, client, address))
            await self._connect(token, client, address)
            self._note(place, connected=time())
            self.deeds["connections"] += 1
        except Failed:
            self.deeds["journeys cut short"] += 1

    def _note(self, place: int, **moments: float) -> None:
        self.arrivals[place] = replace(self.arrivals[place], **moments)

    async def _sign_up(self, business: Business) -> str:
        """Their token."""
        command = {
            "userType": "SUPPLIER",
            "email": business.email,
            "password": self._cast.password(),
        }
        done = await self._api.ask(ask.SIGN_UP, address=_FAIR, input=command)
        return str(done["session"]["accessToken"])

    async def _set_up(self, token: str, business: Business, address: str) -> str:
        """Their first client."""
        about = {"businessName": business.name, "vendorType": business.vendor_type}
        await self._api.ask(
            ask.COMPLETE_STEP, token, address=address, step="business_info", data=about
        )
        pair = self._cast.pair()
        client = {"coupleNames": pair.names, "weddingDate": pair.wedding_date.isoformat()}
        added = await self._api.ask(ask.ADD_CLIENT, token, address=address, input=client)
        return str(added["client"]["id"])

    async def _connect(self, token: str, client: str, address: str) -> None:
        """The invitation, and the couple that gets it."""
        pair, couple = self._cast.pair(), self._address()
        email = pair.email if self._cast.chance(_BY_MAIL) else None
        sent = await self._api.ask(ask.INVITE, token, address=address, id=client, email=email)
        code = str(sent["invitation"]["acceptUrl"].rpartition("/")[2])
        await self._api.ask(ask.OPEN, address=couple, code=code)
        form = {"code": code, "password": self._cast.password(), **_details(pair)}
        await self._api.ask(ask.ACCEPT, address=couple, input=form)

    def _address(self) -> str:
        """A household of its own: limits by address are as shipped."""
        return ".".join(["10", *(str(self._random.randrange(1, 255)) for _ in range(3))])


def who_arrived(arrivals: Sequence[Arrival], begin: float, end: float) -> list[Arrival]:
    """Those who surely began in the time and were connected, then or later."""
    return [
        item
        for item in arrivals
        if item.connected is not None
        and item.signed_up is not None
        and begin <= item.began
        and item.signed_up <= end
    ]


def who_may_have(arrivals: Sequence[Arrival], begin: float, end: float) -> bool:
    """Whether there are others, whose sign-up may have been noted in the time or beside it."""
    sure = who_arrived(arrivals, begin, end)
    return any(
        item.began <= end and (item.signed_up is None or item.signed_up >= begin)
        for item in arrivals
        if item not in sure
    )


def _details(pair: Pair) -> dict[str, object]:
    return {
        "email": pair.email,
        "partner1Name": pair.partner1,
        "partner2Name": pair.partner2,
        "weddingDate": pair.wedding_date.isoformat(),
    }
