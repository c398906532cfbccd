"""The keys in Redis with which processes share which flags they serve (X5).

`launch:processes`   the processes, by the time of the last heartbeat
`launch:receipts:P`  the report of process P: a field for each version, its streams, its end
`launch:committed:V` when version V was committed
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from redis.asyncio import Redis

from domain.propagation.propagation import Receipt, Start
from domain.propagation.propagation_roster import ServerProcess
from services.propagation.delivery_acks import Step, monotonic_ms

PROCESSES = "launch:processes"
KEPT_SECONDS = 3_600
TIMEOUT_SECONDS = 0.5
_STREAMS, _LEFT, _PLACE = b"streams", b"left", b"place"
_OF_PROCESS = (_STREAMS, _LEFT, _PLACE)


@dataclass(frozen=True, slots=True)
class PropagationState:
    """The reports of all processes at one moment of the shared clock."""

    now_ms: int = 0
    processes: Sequence[ServerProcess] = ()
    receipts: Sequence[Receipt] = ()
    starts: Mapping[int, Start] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Committed:
    """When this process committed a version, by its two local clocks."""

    version: int
    at: datetime
    local_ms: int


async def read(redis: Redis, versions: Sequence[int] = ()) -> PropagationState:
    """Read all reports; raises RedisError, OSError or TimeoutError."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        pipe = redis.pipeline(transaction=False)
        _queue(pipe.time(), pipe.zrange(PROCESSES, 0, -1, withscores=True))
        _queue(*(pipe.hgetall(_committed(version)) for version in versions))
        (seconds, micros), beats, *starts = await pipe.execute()
        names = [name.decode() for name, _ in beats]
        reports = await _reports(redis, names)
    processes = [
        _process(name, beat, [report.get(key) for key in _OF_PROCESS])
        for name, (_, beat), report in zip(names, beats, reports, strict=True)
    ]
    receipts = [
        item
        for name, report in zip(names, reports, strict=True)
        for item in _receipts(name, report)
    ]
    starts_by_version = {v: _start(raw) for v, raw in zip(versions, starts, strict=True) if raw}
    return PropagationState(seconds * 1000 + micros // 1000, processes, receipts, starts_by_version)


async def read_processes(redis: Redis) -> list[ServerProcess]:
    """Read the list of processes, without their reports on versions."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        beats: Any = await redis.zrange(PROCESSES, 0, -1, withscores=True)
        pipe = redis.pipeline(transaction=False)
        _queue(*(pipe.hmget(_receipts_key(name.decode()), *_OF_PROCESS) for name, _ in beats))
        fields = await pipe.execute() if beats else []
    return [
        _process(name.decode(), beat, values)
        for (name, beat), values in zip(beats, fields, strict=True)
    ]


async def restore(redis: Redis, processes: Sequence[ServerProcess]) -> None:
    """Store processes again after Redis was emptied, so that dead ones are noticed."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        pipe = redis.pipeline(transaction=False)
        for process in processes:
            key = _receipts_key(process.name)
            _queue(
                pipe.zadd(PROCESSES, {process.name: process.beat_ms}, nx=True),
                *(pipe.hsetnx(key, name, value) for name, value in _fields(process).items()),
                pipe.expire(key, KEPT_SECONDS),
            )
        await pipe.execute()


async def report(
    redis: Redis,
    name: str,
    streams: int,
    steps: Sequence[Step],
    dropped: Sequence[int],
    *,
    now_ms: int,
    offset: int,
    place: str = "",
) -> tuple[int, int]:
    """Store the report of a process in one round trip; returns the time of Redis."""
    shared, key = now_ms + offset, _receipts_key(name)
    fields: dict[Any, Any] = {str(step.version): _dump(step, offset) for step in steps}
    fields |= {_STREAMS: streams, _PLACE: place}
    async with asyncio.timeout(TIMEOUT_SECONDS):
        pipe = redis.pipeline(transaction=False)
        _queue(
            pipe.time(),
            pipe.zadd(PROCESSES, {name: shared}),
            pipe.zremrangebyscore(PROCESSES, "-inf", shared - KEPT_SECONDS * 1000),
            pipe.hset(key, mapping=fields),
            pipe.expire(key, KEPT_SECONDS),
            *(pipe.hdel(key, str(version)) for version in dropped),
        )
        answer = await pipe.execute()
    time: tuple[int, int] = answer[0]
    return time


async def redis_time(redis: Redis) -> tuple[int, int]:
    """Return seconds and microseconds of the shared clock."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        time: tuple[int, int] = await redis.time()
    return time


async def say_goodbye(redis: Redis, name: str, shared_ms: int, streams: int = 0) -> None:
    """Store that a process has stopped: it gets no later versions, and its reports still count."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        key, pipe = _receipts_key(name), redis.pipeline(transaction=False)
        _queue(
            pipe.hset(key, mapping={_STREAMS: streams, _LEFT: shared_ms}),
            pipe.expire(key, KEPT_SECONDS),
        )
        await pipe.execute()


# By the clock that all share: `ARGV[2]` is how many milliseconds ago it was.
_ANNOUNCE = """
local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[2])
local start = '{"at":"' .. ARGV[1] .. '","ms":' .. string.format('%.0f', ms) .. '}'
redis.call('HSETNX', KEYS[1], 'start', start)
redis.call('EXPIRE', KEYS[1], ARGV[3])
"""


async def announce(redis: Redis, commits: Sequence[Committed]) -> None:
    """Store when versions were committed, in one round trip; the first value of each is kept."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        pipe, now_ms = redis.pipeline(transaction=False), monotonic_ms()
        for item in commits:
            key, ago = _committed(item.version), now_ms - item.local_ms
            _queue(pipe.eval(_ANNOUNCE, 1, key, item.at.isoformat(), ago, KEPT_SECONDS))
        await pipe.execute()


async def set_start(redis: Redis, key: str, start: Start) -> None:
    """Store a start under any key."""
    value = orjson.dumps({"at": start.at.isoformat(), "ms": start.ms})
    async with asyncio.timeout(TIMEOUT_SECONDS):
        pipe = redis.pipeline(transaction=False)
        _queue(pipe.hsetnx(key, "start", value), pipe.expire(key, KEPT_SECONDS))
        await pipe.execute()


async def add_receipt(redis: Redis, key: str, process: str, step: Step, offset: int) -> None:
    """Store under a separate key that a process has something other than a flag version."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        pipe = redis.pipeline(transaction=False)
        value = _dump(step, offset)
        _queue(pipe.hset(key, f"{process}@{step.version}", value), pipe.expire(key, KEPT_SECONDS))
        await pipe.execute()


async def read_key(redis: Redis, key: str) -> PropagationState:
    """Read the processes and the reports under such a key; its start is stored as version 0."""
    who = await read(redis)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        fields: dict[Any, Any] = await redis.hgetall(key)
    start = {0: _start(fields)} if b"start" in fields else {}
    receipts = []
    for name, raw in fields.items():
        process, mark, version = name.decode().rpartition("@")
        if mark:
            receipts.append(_receipt(process, version.encode(), raw))
    return PropagationState(who.now_ms, who.processes, receipts, start)


def rehearsal_key(run_id: UUID) -> str:
    """Return the key of the reports of a rehearsal."""
    return f"launch:rehearsal:{run_id}"


async def _reports(redis: Redis, names: Sequence[str]) -> list[dict[bytes, bytes]]:
    pipe = redis.pipeline(transaction=False)
    _queue(*(pipe.hgetall(_receipts_key(name)) for name in names))
    reports: list[dict[bytes, bytes]] = await pipe.execute() if names else []
    return reports


def _process(name: str, beat: float, values: Sequence[bytes | None]) -> ServerProcess:
    streams, left, place = values
    return ServerProcess(
        name,
        int(beat),
        int(streams or 0),
        int(left) if left is not None else None,
        place.decode() if place else None,
    )


def _fields(process: ServerProcess) -> dict[bytes, Any]:
    values = (process.streams, process.left_ms, process.place)
    return {key: value for key, value in zip(_OF_PROCESS, values, strict=True) if value is not None}


def _queue(*_commands: object) -> None:
    """Ignore the futures of pipeline commands: the results come with `execute`."""


def _dump(step: Step, offset: int) -> bytes:
    return orjson.dumps(
        {
            "served": step.served + offset,
            "clients": step.clients,
            "delays": list(step.delays.items()),
            "confirmed": step.confirmed,
            "initial": step.initial,
            "lost": step.lost,
        }
    )


def _receipts(name: str, report: Mapping[bytes, bytes]) -> list[Receipt]:
    receipts = []
    for key, raw in report.items():
        if key not in _OF_PROCESS:
            with suppress(ValueError, KeyError, TypeError):  # of another version of this software
                receipts.append(_receipt(name, key, raw))
    return receipts


def _receipt(name: str, version: bytes, raw: bytes) -> Receipt:
    fields = orjson.loads(raw)
    return Receipt(
        process=name,
        version=int(version),
        served_ms=fields["served"],
        clients=fields["clients"],
        delays=dict(fields["delays"]),
        confirmed=fields["confirmed"],
        initial=fields["initial"],
        lost=fields.get("lost", 0),
    )


def _start(raw: Mapping[bytes, bytes]) -> Start:
    start = orjson.loads(raw[b"start"])
    return Start(datetime.fromisoformat(start["at"]), start["ms"])


def _receipts_key(name: str) -> str:
    return f"launch:receipts:{name}"


def _committed(version: int) -> str:
    return f"launch:committed:{version}"
