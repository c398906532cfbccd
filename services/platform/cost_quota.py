"""Cost quotas of callers, synchronized between processes through Redis in the background.

A process answers from memory and sends Redis a few times a second what was spent here; Redis
returns what was spent in all processes. A request costs no round trip, the processes together
exceed a quota at most by what is spent between two exchanges, and without Redis each counts alone.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.platform.cost_quota import Account, Budget, QuotaState
from services.platform.background import end

logger = logging.getLogger(__name__)

SYNC_SECONDS = 0.2
PAUSE_SECONDS = 2.0  # while Redis does not answer
MAX_ACCOUNTS = 20_000  # about 400 bytes each
_MAX_AT_ONCE = 1_000
_REDIS_SECONDS = 2.0
_SECOND = 1_000_000

# Microseconds until the account is full again, by the clock of Redis: processes share no other.
# Never above twice the budget, however much was spent while Redis was away.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local most = now + 2 * tonumber(ARGV[2])
local after = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + tonumber(ARGV[1])
if after > most then after = most end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000) + 1)
return string.format('%.0f', after - now)
"""


@dataclass(slots=True)
class Local(Account):
    """The account of a caller in this process."""

    unsent: float = 0.0


@dataclass(slots=True)
class CostQuota:
    """The query cost quotas of all callers; `start` begins to share them through Redis."""

    redis: Redis
    budget: Budget
    clock: Callable[[], float] = time.monotonic
    _accounts: dict[str, Local] = field(default_factory=dict)
    _spent: set[str] = field(default_factory=set)
    _task: "asyncio.Task[None] | None" = None

    def consume(self, key: str, points: int) -> QuotaState:
        """Take points from a caller's account; `wait_seconds` says whether they were available."""
        account = self._accounts.get(key)
        if account is None:
            self._make_room()
            account = self._accounts[key] = Local()
        standing = account.consume(self.budget, self.clock(), points)
        if standing.wait_seconds == 0:
            account.unsent += points
            self._spent.add(key)
        return standing

    def give_back(self, key: str, points: int) -> None:
        """Return points to a caller for an operation that was not executed."""
        account = self._accounts.get(key)
        if account is not None:
            account.debt = max(0.0, account.debt - points)
            account.unsent -= points
            self._spent.add(key)

    def standing(self, key: str) -> QuotaState:
        """Return the state of a caller's account without taking points."""
        account = self._accounts.get(key)
        debt = account.now(self.budget, self.clock()) if account else 0.0
        return QuotaState(self.budget, debt)

    async def start(self) -> None:
        """Start sharing."""
        self._task = asyncio.create_task(self._run(), name="budgets")

    async def stop(self) -> None:
        """Stop sharing."""
        await end(self._task)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(SYNC_SECONDS)
            try:
                async with asyncio.timeout(_REDIS_SECONDS):
                    await self.share()
            except (RedisError, OSError) as error:
                logger.warning("cost quota: Redis does not answer; counting alone: %s", error)
                await asyncio.sleep(PAUSE_SECONDS)

    async def share(self) -> None:
        """Send the points spent here, and read the points spent in all processes."""
        keys = [self._spent.pop() for _ in range(min(len(self._spent), _MAX_AT_ONCE))]
        if not keys:
            return
        sent = [self._accounts[key].unsent for key in keys]
        try:
            debts = await self._exchange(keys, sent)
        except BaseException:
            self._spent.update(keys)  # still to be sent
            raise
        now = self.clock()
        for key, points, debt in zip(keys, sent, debts, strict=True):
            account = self._accounts.get(key)  # room may have been made meanwhile
            if account is not None:
                account.unsent -= points
                account.debt, account.at = debt + account.unsent, now

    async def _exchange(self, keys: list[str], sent: list[float]) -> list[float]:
        per_point = _SECOND / self.budget.restore_rate
        most = int(self.budget.full_seconds * _SECOND)
        async with self.redis.pipeline(transaction=False) as pipe:
            for key, points in zip(keys, sent, strict=True):
                _ = pipe.eval(_SCRIPT, 1, _name(key), str(int(points * per_point)), str(most))
            return [int(debt) / per_point for debt in await pipe.execute()]

    def _make_room(self) -> None:
        """Remove accounts that owe nothing; if there are still too many, the oldest ones."""
        if len(self._accounts) < MAX_ACCOUNTS:
            return
        now = self.clock()
        owing = {
            key: account
            for key, account in self._accounts.items()
            if account.unsent or account.now(self.budget, now) > 0
        }
        for key in list(owing)[: max(0, len(owing) - MAX_ACCOUNTS * 9 // 10)]:
            del owing[key]
            self._spent.discard(key)
        self._accounts = owing


def _name(key: str) -> str:
    return "launch:budget:" + hashlib.sha256(key.encode()).hexdigest()[:32]
