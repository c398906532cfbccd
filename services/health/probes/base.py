"""Common parts of all probes: timing, scrubbed errors and a timeout."""

import asyncio
import ssl
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Protocol

import httpx2
from sqlalchemy.exc import DBAPIError

from domain.errors import DependencyDown, LaunchError
from domain.health.health import Outcome, ProbeResult
from domain.platform.redaction import describe
from services.platform.outages import cause_of
from services.platform.timeouts import finishes_within


class Probe(Protocol):
    """Checks one part. `run` returns failures instead of raising them."""

    async def run(self) -> ProbeResult:
        """Check once, without a timeout of its own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a part that works; `warning` says what is missing nevertheless."""

    details: Mapping[str, object] = field(default_factory=dict)
    warning: str | None = None


@cache
def trust(authorities: Path | None = None) -> ssl.SSLContext:
    """Return a TLS context with the authorities of the machine and these; it is built once."""
    context = httpx2.create_ssl_context(trust_env=False)
    if authorities is not None:
        context.load_verify_locations(authorities)
    return context


class ProbeFailed(Exception):
    """The part answered, but not as expected."""


async def measure(check: Awaitable[Finding]) -> ProbeResult:
    """Time a check; any exception becomes a failure with a scrubbed text (S66)."""
    started = perf_counter()
    try:
        finding = await check
    except Exception as error:
        text = _reason(error)
        return ProbeResult(Outcome.FAILED, _since(started), text)
    outcome = Outcome.DEGRADED if finding.warning else Outcome.PASSED
    return ProbeResult(outcome, _since(started), finding.warning, finding.details)


async def run_limited(probe: Probe, seconds: float) -> ProbeResult:
    """Run a probe with a timeout, which is an outcome of its own (S5, S62).

    Cancelling work on a hung server can hang too, so the end of a cancelled probe is not awaited.
    """
    started = perf_counter()
    task = asyncio.ensure_future(probe.run())
    if not await finishes_within(seconds, task):
        return ProbeResult(Outcome.TIMED_OUT, _since(started), f"no answer within {seconds:g} s")
    return _outcome(task, started)


def _reason(error: BaseException) -> str:
    """Return the known cause (D11), then the text of the innermost error."""
    *outer, root = _chain(error)
    causes = [item.cause for item in outer if isinstance(item, DependencyDown) and item.cause]
    cause = causes[0] if causes else cause_of(root)
    return f"{cause} ({describe(root)})" if cause else describe(root)


def _outcome(task: asyncio.Task[ProbeResult], started: float) -> ProbeResult:
    error = task.exception()
    if error is None:
        return task.result()
    return ProbeResult(Outcome.FAILED, _since(started), describe(error))


def _since(started: float) -> int:
    return round((perf_counter() - started) * 1000)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes. The last one is the real one: no group, no SQL with values."""
    current: BaseException | None = error
    while current is not None:
        yield current
        match current:
            case BaseExceptionGroup():
                current = current.exceptions[0]
            case LaunchError(__cause__=cause):
                current = cause
            case DBAPIError(orig=original):
                current = original.__cause__ or original if original else None
            case _:
                current = None
