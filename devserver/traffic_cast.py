"""Invents the people of the demo: names, addresses, and how far they go."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

_FIRST = (
    "Amara", "Beatriz", "Callum", "Daniel", "Elena", "Farid", "Grace", "Hanna", "Imran", "Julia",
    "Kofi", "Lena", "Mateo", "Noor", "Oscar", "Priya", "Quinn", "Rosa", "Samuel", "Tomas",
    "Uma", "Victor", "Wanda", "Yusuf", "Zoe",
)  # fmt: skip
_LAST = (
    "Adeyemi", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanova",
    "Jensen", "Kowalska", "Lindqvist", "Moreau", "Novak", "Okafor", "Patel", "Rossi", "Schmidt",
    "Tanaka", "Walsh",
)  # fmt: skip
_TRADES = {
    "PHOTOGRAPHER": ("Photography", "Studio", "Pictures"),
    "VENUE": ("Barn", "Manor", "Gardens"),
    "CATERING": ("Catering", "Kitchen", "Table"),
    "FLORIST": ("Flowers", "Blooms", "Florals"),
    "MUSIC": ("Band", "Strings", "Sound"),
    "OTHER": ("Cakes", "Cars", "Stationery"),
}
_SHARES = (30, 15, 15, 15, 15, 10)  # of the trades, in percent
# Reserved names (RFC 2606), so that no e-mail of the demo reaches a mailbox.
BUSINESSES, COUPLES = "suppliers.example", "couples.example"


@dataclass(frozen=True, slots=True)
class Pair:
    """A couple."""

    partner1: str
    partner2: str
    email: str
    wedding_date: date

    @property
    def names(self) -> str:
        """The couple's names as their suppliers write them."""
        return f"{self.partner1.split()[0]} & {self.partner2.split()[0]}"


@dataclass(frozen=True, slots=True)
class Business:
    """A supplier."""

    name: str
    vendor_type: str
    email: str


class Cast:
    """Invents people with addresses that no earlier run has used."""

    def __init__(self, random: Random, today: date) -> None:
        """`today`: weddings lie between three months and two years after it."""
        self.random = random
        self._today = today
        self._run = secrets.token_hex(3)
        self._count = 0

    def business(self) -> Business:
        """A new supplier."""
        kind = self.random.choices(tuple(_TRADES), _SHARES)[0]
        owner, trade = self.random.choice(_LAST), self.random.choice(_TRADES[kind])
        return Business(f"{owner} {trade}", kind, self._email(owner, BUSINESSES))

    def pair(self) -> Pair:
        """A new couple."""
        one, other = self.random.sample(_FIRST, 2)
        last, day = self.random.choice(_LAST), self.random.randrange(90, 730)
        email = self._email(f"{one}.{last}", COUPLES)
        partner = f"{other} {self.random.choice(_LAST)}"
        return Pair(f"{one} {last}", partner, email, self._today + timedelta(days=day))

    def password(self) -> str:
        """A long password that is never stored."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def chance(self, percent: float) -> bool:
        """True with this probability."""
        return self.random.uniform(0, 100) < percent

    def seconds(self, mean: float) -> float:
        """A random duration: mostly below the mean, sometimes far above it."""
        return min(self.random.expovariate(1 / mean), mean * 5)

    def _email(self, name: str, host: str) -> str:
        self._count += 1
        return f"{name.lower()}.{self._run}{self._count}@{host}"
