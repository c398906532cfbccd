"""Enqueues jobs in the caller's transaction (R4)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy.ext.asyncio import AsyncSession

from db.driver import driver_of
from services.platform import log_context, tracing

Payload = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class JobSpec:
    """A job to enqueue. The payload holds ids and moments; the handler loads the rest.

    While a job with a dedupe key waits or runs, another with the same key is not added.
    """

    entrypoint: str
    payload: Payload
    delay: timedelta = timedelta(0)
    dedupe_key: str | None = None
    event_id: int | None = None  # the event from which it follows, for the log


async def enqueue(session: AsyncSession, jobs: Sequence[JobSpec]) -> None:
    """Add jobs on the session's connection: they exist only if the caller commits."""
    if not jobs:
        return
    queries = Queries(AsyncpgDriver(await driver_of(session)))
    await queries.enqueue(
        [job.entrypoint for job in jobs],
        [json.dumps(dict(job.payload)).encode() for job in jobs],
        [0] * len(jobs),
        [max(job.delay, timedelta(0)) for job in jobs],
        [job.dedupe_key for job in jobs],
        [_headers(job) for job in jobs],
        on_conflict="skip",
    )


def decode(payload: bytes | None) -> dict[str, object]:
    """The payload for the handler."""
    value: object = json.loads(payload or b"{}")
    if not isinstance(value, dict):
        raise ValueError("the payload of a job is a JSON object")
    return value


def _headers(job: JobSpec) -> dict[str, str]:
    """The request and event from which the job follows; for the log only."""
    headers = tracing.headers()
    if job.event_id is not None:
        headers["event_id"] = str(job.event_id)
    if log_context.REQUEST_ID in log_context.fields():
        headers[log_context.REQUEST_ID] = log_context.request_id()
    return headers
