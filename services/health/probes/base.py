"""What every probe shares: the time it took, scrubbed errors, and an end that always comes."""

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
    """Looks at one part. `run` reports failures instead of raising them."""

    async def run(self) -> ProbeResult:
        """One look, with no limit of its own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The part works; `warning` says what is nevertheless missing."""

    details: Mapping[str, object] = field(default_factory=dict)
    warning: str | None = None


@cache
def trust(authorities: Path | None = None) -> ssl.SSLContext:
    """What this machine trusts, and these: read once, not at every round."""
    context = httpx2.create_ssl_context(trust_env=False)
    if authorities is not None:
        context.load_verify_locations(authorities)
    return context


class ProbeFailed(Exception):
    """The part answered, but not as it should."""


async def measure(look: Awaitable[Finding]) -> ProbeResult:
    """Time a look; any exception is a failure with a scrubbed text (S66)."""
    started = perf_counter()
    try:
        found = await look
    except Exception as error:
        text = _reason(error)
        return ProbeResult(Outcome.FAILED, _since(started), text)
    outcome = Outcome.DEGRADED if found.warning else Outcome.PASSED
    return ProbeResult(outcome, _since(started), found.warning, found.details)


async def run_limited(probe: Probe, seconds: float) -> ProbeResult:
    """Run a probe for so long at most; a timeout is an outcome of its own (S5, S62).

    Cleaning up after a hung server can hang too, so the end of a cancelled probe is not awaited.
    """
    started = perf_counter()
    task = asyncio.ensure_future(probe.run())
    if not await finishes_within(seconds, task):
        return ProbeResult(Outcome.TIMED_OUT, _since(started), f"no answer within {seconds:g} s")
    return _outcome(task, started)


def _reason(error: BaseException) -> str:
    """The cause first where it is known (D11), then what the innermost error says."""
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
    """What really happened comes last: not 'errors in a TaskGroup', nor a statement with values."""
    found: BaseException | None = error
    while found is not None:
        yield found
        match found:
            case BaseExceptionGroup():
                found = found.exceptions[0]
            case LaunchError(__cause__=cause):
                found = cause
            case DBAPIError(orig=original):
                found = original.__cause__ or original if original else None
            case _:
                found = None
