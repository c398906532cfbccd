"""Limits log-ins, sign-ups and password resets by device and account (S29, S30)."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from db.session import Database
from domain.actors import Actor
from domain.platform.networks import network
from services.platform.passwords import Passwords
from services.platform.rate_limits import RateLimiter
from services.platform.response_time import hold_back
from settings import Settings

MAX_DELAY = 3.0  # seconds of delay for an attempt while an account is being guessed
SAME_SECONDS = 0.3  # longer than the work that a known e-mail causes


@dataclass(frozen=True, slots=True)
class Device:
    """The device that opens a session."""

    ip: str
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class LoginThrottle:
    """The parts behind sign-up, log-in and password reset.

    They open their own transactions, unlike other services: hashing a password takes 100 ms, and
    many concurrent log-ins that held a connection meanwhile would exhaust the pool.
    """

    db: Database
    passwords: Passwords
    limits: RateLimiter
    settings: Settings
    device: Device
    pause: Callable[[float], Awaitable[None]] = hold_back

    @property
    def address(self) -> str:
        """The key of the limits by address."""
        return network(self.device.ip)

    async def check_log_in_rate(self, email: str) -> None:
        """Raise RateLimited for a guessing address; delay if many addresses guess one account.

        An attacker cannot lock the owner out: the limit by account alone only delays.
        """
        rules, account = self.limits.rules, email.casefold()
        pair = (self.address, account)
        await self.limits.admit(rules.log_in_address, "log-in", self.address)
        await self.limits.admit(rules.log_in_account_and_address, "log-in", *pair)
        limit = rules.log_in_account
        wait = await self.limits.wait_time(
            f"log-in:account:{account}", limit.count, limit.per_seconds
        )
        if wait > 0:
            await self.pause(min(wait, MAX_DELAY))

    async def check_attempt_rate(self) -> None:
        """Count an attempt to sign up before it is validated, so that refused ones count too."""
        await self.limits.admit(self.limits.rules.sign_up_attempts, "sign-up:any", self.address)

    async def check_sign_up_rate(self, email: str) -> None:
        """Check as for a log-in: a sign-up with a taken address tries its password too."""
        await self.limits.admit(self.limits.rules.sign_up_address, "sign-up", self.address)
        await self.check_log_in_rate(email)

    async def check_reset_rate(self, email: str | None = None) -> None:
        """Raise RateLimited for too many requests of an address or, by e-mail, for an account."""
        rules = self.limits.rules
        await self.limits.admit(rules.reset_address, "reset", self.address)
        if email is not None:
            await self.limits.admit(rules.reset_account, "reset:account", email.casefold())

    async def check_log_in_link_rate(self, email: str | None = None) -> None:
        """Check the same for a log-in by a link."""
        rules = self.limits.rules
        await self.limits.admit(rules.log_in_link_address, "log-in-link", self.address)
        if email is not None:
            account = email.casefold()
            await self.limits.admit(rules.log_in_link_account, "log-in-link:account", account)

    async def check_code_rate(self) -> None:
        """Raise RateLimited where an address tries too many invitation codes."""
        await self.limits.admit(self.limits.rules.invitation_address, "code", self.address)

    async def check_acceptance_rate(self) -> None:
        """Raise RateLimited where an address creates too many accounts (S41)."""
        await self.limits.admit(self.limits.rules.sign_up_address, "sign-up", self.address)

    async def check_password_change_rate(self, actor: Actor) -> None:
        """Raise RateLimited where a stolen session is used to guess the password."""
        await self.limits.admit(self.limits.rules.change_password, "change", str(actor.id))

    @asynccontextmanager
    async def same_time(self) -> AsyncIterator[None]:
        """Give the block a fixed duration, so that it does not reveal whether an account exists."""
        begin = time.monotonic()
        yield
        await self.pause(max(0.0, SAME_SECONDS - (time.monotonic() - begin)))

    async def may_notify(self, email: str) -> bool:
        """Whether the owner of an account may be notified again of a sign-up."""
        limit = self.limits.rules.sign_up_notice
        key = f"sign-up:notice:{email.casefold()}"
        return await self.limits.wait_time(key, limit.count, limit.per_seconds) == 0
