"""Health checks whose answers a test decides."""

from dataclasses import dataclass

from domain.health.health import CheckType, Outcome, ProbeResult
from tests.support.clock import Clock


@dataclass
class FakeProbe:
    """Answers what it is told to."""

    outcome: Outcome = Outcome.PASSED

    async def run(self) -> ProbeResult:
        """One look, at once."""
        error = None if self.outcome is Outcome.PASSED else "told to fail"
        return ProbeResult(outcome=self.outcome, response_time_ms=3, error=error)


PROBES = {check: FakeProbe() for check in CheckType}


def all_pass() -> None:
    """From the next look on; each test begins so."""
    for probe in PROBES.values():
        probe.outcome = Outcome.PASSED


class Health:
    """The health of the system as a test wants it."""

    def __init__(self, clock: Clock) -> None:
        """All is well, and known to be so only when it is next asked for."""
        self._clock = clock
        all_pass()
        self._forget()

    def fail(self, check: CheckType) -> None:
        """From the next look on, this check fails."""
        PROBES[check].outcome = Outcome.FAILED
        self._forget()

    def _forget(self) -> None:
        # Readings older than 30 s are taken again before an activation (S46).
        self._clock.advance(3_600)
