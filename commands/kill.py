"""`launch kill`: force flags off through Redis alone, with the database down (SPEC A6, S53)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import Yes
from commands.output import confirm, remark, show
from commands.problems import Problem

if TYPE_CHECKING:
    from redis.asyncio import Redis

Keys = Annotated[list[str] | None, typer.Argument(help="The flags. None: show what is killed.")]
Lift = Annotated[bool, typer.Option("--lift", help="Let the database decide again.")]
All = Annotated[bool, typer.Option("--all", help="Every flag.")]


def kill(keys: Keys = None, every: All = False, lift: Lift = False, yes: Yes = False) -> None:
    """Force flags off everywhere within two seconds; works with the database down.

    It needs Redis only (REDIS_URL), no login. FLAGS_KILL in the environment of the app does the
    same without Redis.
    """
    import asyncio  # noqa: PLC0415

    from commands.environment import own_settings  # noqa: PLC0415 - heavy

    wanted = _check(keys or [], every=every, lift=lift)
    url = own_settings("redis_url").redis_url
    assert url is not None
    if wanted:
        confirm(_question(wanted, lift=lift), yes=yes)
    _report(asyncio.run(_apply(url, wanted, lift=lift)))


def _check(keys: Sequence[str], *, every: bool, lift: bool) -> list[str]:
    from domain.errors import Invalid  # noqa: PLC0415
    from domain.flags import parse_key  # noqa: PLC0415

    if keys and every:
        raise typer.BadParameter("give keys or --all, not both", param_hint="--all")
    if lift and not keys and not every:
        raise typer.BadParameter("say which: KEY... or --all", param_hint="--lift")
    try:
        return ["*"] if every else [parse_key(key) for key in keys]
    except Invalid as error:
        raise Problem(error.message) from error


def _question(wanted: Sequence[str], *, lift: bool) -> str:
    what = "every flag" if wanted == ["*"] else ", ".join(wanted)
    return f"Stop forcing {what} off?" if lift else f"Force {what} off for everybody?"


async def _apply(url: str, wanted: Sequence[str], *, lift: bool) -> frozenset[str]:
    from redis.asyncio import Redis  # noqa: PLC0415
    from redis.exceptions import RedisError  # noqa: PLC0415

    redis: Redis = Redis.from_url(url, socket_timeout=2.0, socket_connect_timeout=2.0)
    try:
        return await _switch(redis, wanted, lift=lift)
    except (RedisError, OSError) as error:
        raise Problem(f"Redis does not answer: {error}") from error
    finally:
        await redis.aclose()


async def _switch(redis: "Redis", wanted: Sequence[str], *, lift: bool) -> frozenset[str]:
    from services import kill_switch  # noqa: PLC0415 - heavy

    if wanted and lift:
        await kill_switch.lift(redis, None if wanted == [kill_switch.ALL] else wanted)
    elif wanted:
        await kill_switch.kill(redis, wanted)
    return await kill_switch.read(redis)


def _report(killed: frozenset[str]) -> None:
    if not killed:
        remark("No flag is forced off.")
    elif "*" in killed:
        remark("Every flag is forced off.", "bold red")
    for key in sorted(killed - {"*"}):
        show(key)
