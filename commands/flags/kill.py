"""`launch kill`: force flags off through Redis alone, without the database (S53, A6, L11)."""

import getpass
import socket
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.errors import CommandError
from commands.shared.options import Json, Reason, Yes
from commands.shared.output import confirm, remark, show, show_json, table

if TYPE_CHECKING:
    from domain.flags.kills import KillRecord
    from services.flags.kill_mirror import KillMirror
    from services.flags.kills import ChangeKills

Keys = Annotated[list[str] | None, typer.Argument(help="The flags. Default: list the kills.")]
Lift = Annotated[
    bool, typer.Option("--lift", help="End the kill: the settings of the flags apply again.")
]
All = Annotated[bool, typer.Option("--all", help="Every flag.")]
Unchecked = Annotated[bool, typer.Option("--unchecked", help="Do not check that the flags exist.")]


def kill(
    keys: Keys = None,
    every: All = False,
    lift: Lift = False,
    reason: Reason = None,
    unchecked: Unchecked = False,
    as_json: Json = False,
    yes: Yes = False,
) -> None:
    """Force flags off everywhere within two seconds; works without the database.

    It needs only Redis (REDIS_URL) and no login; a server process writes the kill to the database.
    The mutation killFlags does the same with a login, and FLAGS_KILLED in the environment of the
    app without Redis.
    """
    import asyncio  # noqa: PLC0415

    from commands.shared.environment import own_settings  # noqa: PLC0415 - heavy

    _check_usage(keys or [], reason, every=every, lift=lift)
    url = own_settings("redis_url").redis_url
    assert url is not None
    if keys or every:
        confirm(_question(keys or [], lift=lift), yes=yes)
    flag_keys = ["*"] if every else keys or []
    records = asyncio.run(_run(url, flag_keys, reason or "", lift=lift, unchecked=unchecked))
    if as_json:
        show_json([_json(record) for record in records])
    else:
        _report(records)


def _check_usage(keys: Sequence[str], reason: str | None, *, every: bool, lift: bool) -> None:
    if keys and every:
        raise typer.BadParameter("give keys or --all, not both", param_hint="--all")
    if lift and not keys and not every:
        raise typer.BadParameter("say which: KEY... or --all", param_hint="--lift")
    if (keys or every) and not (reason or "").strip():
        raise typer.BadParameter("say why: everybody sees it on the flag", param_hint="--reason")


def _question(keys: Sequence[str], *, lift: bool) -> str:
    subject = ", ".join(keys) or "every flag"
    return f"Stop forcing {subject} off?" if lift else f"Force {subject} off for everybody?"


async def _run(
    url: str, keys: Sequence[str], reason: str, *, lift: bool, unchecked: bool
) -> Sequence["KillRecord"]:
    """Return the kills that are then in force."""
    from redis.asyncio import Redis  # noqa: PLC0415

    from domain.errors import LaunchError  # noqa: PLC0415
    from domain.flags.kills import kills_in_force, newest_by_key  # noqa: PLC0415
    from services.flags.kill_mirror import AWAY, KillMirror  # noqa: PLC0415 - heavy
    from services.flags.kills import ChangeKills  # noqa: PLC0415

    redis: Redis = Redis.from_url(url, socket_timeout=2.0, socket_connect_timeout=2.0)
    try:
        mirror = KillMirror(redis)
        if keys:
            await _change(mirror, ChangeKills(keys, not lift, reason), unchecked=unchecked)
        return list(kills_in_force(newest_by_key((await mirror.read()).values())).values())
    except AWAY as error:
        raise CommandError(f"Redis does not answer: {error}") from error
    except LaunchError as error:
        raise CommandError(error.message) from error
    finally:
        await redis.aclose()


async def _change(mirror: "KillMirror", command: "ChangeKills", *, unchecked: bool) -> None:
    """Add the records; a server process writes them to the database within seconds."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from domain.actors import system_actor  # noqa: PLC0415
    from domain.flags.kills import kills_in_force, newest_by_key  # noqa: PLC0415
    from services.flags import kills  # noqa: PLC0415 - heavy

    newest = newest_by_key((await mirror.read()).values())
    existing = command.keys if unchecked else await mirror.read_flag_keys()
    keys = kills.check_keys(command, existing, unknown=_UNCHECKED)
    if not command.killed and "*" in keys:
        keys = ["*", *kills_in_force(newest).keys() - {"*"}]
    _warn_of_lifts(keys, newest, lifts=not command.killed)
    actor = system_actor(f"{getpass.getuser()}@{socket.gethostname()}")
    highest = max((item.number for item in newest.values()), default=0)
    now = datetime.now(UTC)
    await mirror.write(kills.make_records(keys, command, actor, highest, now))


_UNCHECKED = (
    "No server process has said yet which flags exist: add --unchecked to go on without knowing, "
    "or use --all."
)


def _warn_of_lifts(keys: Sequence[str], newest: Mapping[str, "KillRecord"], *, lifts: bool) -> None:
    for key in keys if lifts else ():
        if key != "*" and not (key in newest and newest[key].killed):
            remark(f"{key} was not killed.", "yellow")


def _json(record: "KillRecord") -> dict[str, str]:
    at, by = record.at.isoformat(), record.by.label
    return {"key": record.key, "at": at, "by": by, "reason": record.reason}


def _report(kills: Sequence["KillRecord"]) -> None:
    if not kills:
        remark("No flag is forced off.")
        return
    if any(item.key == "*" for item in kills):
        remark("Every flag is forced off.", "bold red")
    rows = sorted((item.key, f"{item.at:%F %T}", item.by.label, item.reason) for item in kills)
    show(table(("killed", "since (UTC)", "by", "reason"), rows))
