"""Rolling back a phase with 200 flags: the mutation, from the click to the reply."""

from collections.abc import Iterable

from bench.client import Client, checked
from bench.figures import Figure, figure
from bench.launches import FLAGS, admin, make_flags, make_phase
from bench.run import Run

ACTIVATE = """
mutation ($id: ID!) {
  activateLaunchPhase(input: { phaseId: $id, acceptWarnings: true }) {
    run { id } errors { message }
  }
}
"""
ROLL_BACK = """
mutation ($id: ID!, $mode: RollbackMode) {
  rollbackLaunchPhase(input: { phaseId: $id, reason: "A benchmark.", mode: $mode }) {
    phase { status } incident { id } errors { message }
  }
}
"""
RESOLVE = """
mutation ($id: ID!) {
  resolveIncident(id: $id, resolutionNotes: "A benchmark.") { errors { message } }
}
"""


def measure(run: Run) -> Iterable[Figure]:
    """The reply means: committed, and in force in the process that was asked."""
    with run.stack() as stack, admin(stack, stack.serve()) as client:
        run.tell(f"making {FLAGS} flags and a phase")
        phase = make_phase(client, make_flags(client, FLAGS))
        for mode in ("DISABLE_ALL", "RESTORE_PREVIOUS"):
            run.tell(mode)
            times = [_round(client, phase, mode) for _ in range(run.some(20))]
            rollbacks, activations = zip(*times, strict=True)
            yield figure(f"rollback of {FLAGS} flags, {mode}", "ms", rollbacks, limit=200.0)
            yield figure("  the activation before it", "ms", activations, limit=250.0)


def _round(client: Client, phase: str, mode: str) -> tuple[float, float]:
    """Milliseconds of the rollback and of the activation."""
    activation, body = client.send(client.operation(ACTIVATE, id=phase))
    checked(body)
    rollback, body = client.send(client.operation(ROLL_BACK, id=phase, mode=mode))
    incident = checked(body)["rollbackLaunchPhase"]["incident"]["id"]
    # An open incident stands in the way of the next activation.
    client.data(RESOLVE, id=incident)
    return rollback * 1e3, activation * 1e3
