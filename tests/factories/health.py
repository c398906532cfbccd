"""Health checks with results chosen by a test."""

from dataclasses import dataclass

from domain.health.health import CheckType, Outcome, ProbeResult
from tests.support.clock import Clock


@dataclass
class FakeProbe:
    """A probe with a preset result."""

    outcome: Outcome = Outcome.PASSED

    async def run(self) -> ProbeResult:
        """Return the preset result at once."""
        error = None if self.outcome is Outcome.PASSED else "told to fail"
        return ProbeResult(outcome=self.outcome, response_time_ms=3, error=error)


PROBES = {check: FakeProbe() for check in CheckType}


def pass_all_probes() -> None:
    """Make all probes pass from now on; each test starts so."""
    for probe in PROBES.values():
        probe.outcome = Outcome.PASSED


class Health:
    """Controls the health of the system."""

    def __init__(self, clock: Clock) -> None:
        """Make all checks pass; results are read on the next request."""
        self._clock = clock
        pass_all_probes()
        self._forget()

    def fail(self, check: CheckType) -> None:
        """Make a check fail from now on."""
        PROBES[check].outcome = Outcome.FAILED
        self._forget()

    def _forget(self) -> None:
        # Samples older than 30 s are renewed before an activation (S46).
        self._clock.advance(3_600)
