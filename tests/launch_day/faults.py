"""What goes wrong on the day; every fault is real, and what it breaks is mended again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import asyncpg
from redis.asyncio import Redis

from tests.launch_day.day import Day

Acts = Mapping[int, Callable[[Day], Awaitable[None]]]
# A migration that should not have gone out: whoever edits a client gets an error of ours.
_BREAK = "ALTER TABLE clients ADD CONSTRAINT of_a_bad_migration CHECK (false) NOT VALID"
_MEND = "ALTER TABLE clients DROP CONSTRAINT of_a_bad_migration"
SLOW_MAIL = 12.0  # seconds per e-mail


async def kill_an_app(day: Day) -> None:
    """SIGKILL, and what supervises it starts it again; its sockets are lost."""
    port = day.site.ports[1]
    day.note(f"app process on port {port} killed (SIGKILL)")
    day.site.kill_app(port)
    await asyncio.to_thread(day.site.start_app, port)
    await asyncio.to_thread(day.site.wait_for_app, port)
    day.note("the app process answers again")


async def empty_redis(day: Day) -> None:
    """Everything in it is gone, as after a restart."""
    async with Redis.from_url(day.site.valkey.url) as redis:
        await redis.flushall()
    day.note("Redis emptied (FLUSHALL)")


@asynccontextmanager
async def slow_mail(day: Day) -> AsyncIterator[None]:
    """The mail server takes its time for each e-mail."""
    day.mail.delay = SLOW_MAIL
    day.note(f"the mail server takes {SLOW_MAIL:g} s per e-mail")
    try:
        yield
    finally:
        day.mail.delay = 0.0
        day.note("the mail server is quick again")


@asynccontextmanager
async def error_burst(day: Day) -> AsyncIterator[None]:
    """Nine of ten requests fail, and it is our fault."""
    await _execute(day, _BREAK)
    day.note("error burst: edits of clients fail")
    try:
        yield
    finally:
        await _execute(day, _MEND)
        day.note("edits of clients work again")


@asynccontextmanager
async def no_database(day: Day) -> AsyncIterator[None]:
    """PostgreSQL is stopped, and started again."""
    await asyncio.to_thread(day.site.postgres.stop)
    day.note("PostgreSQL stopped")
    try:
        yield
    finally:
        await asyncio.to_thread(day.site.postgres.start)
        day.note("PostgreSQL started again")


async def _execute(day: Day, statement: str) -> None:
    url = day.site.postgres.url.replace("+asyncpg", "", 1)
    connection = await asyncpg.connect(url, timeout=60)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
