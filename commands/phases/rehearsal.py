"""Waits for a rehearsal and prints its measurements."""

import time

from commands.phases import phase_documents as documents
from commands.propagation.propagation import result
from commands.shared.client import Json, Server
from commands.shared.errors import CommandError
from commands.shared.output import remark, show

_POLL_SECONDS = 0.5
_LONGEST_SECONDS = 240.0


def wait_for(server: Server, run: Json) -> Json:
    """Return the run once it is over; raises CommandError if no worker continues it."""
    deadline, stage = time.monotonic() + _LONGEST_SECONDS, None
    while run["rehearsal"]["status"] == "RUNNING":
        if run["rehearsal"]["stage"] != stage:
            stage = run["rehearsal"]["stage"]
            remark(f"  {stage.lower().replace('_', ' ')}")
        if time.monotonic() > deadline:
            raise CommandError("The rehearsal makes no progress: is a worker running?")
        time.sleep(_POLL_SECONDS)
        run = server.ask(documents.REHEARSAL, id=run["id"])["node"]
    return run


def show_rehearsal(run: Json) -> None:
    """Print a summary."""
    state = run["rehearsal"]
    for step in state["steps"]:
        show(f"{step['percentage']:g} %: {step['exposed']} of {step['people']} synthetic users")
    if state["decidedBy"]:
        show(
            f"fault noticed after {state['detectionSeconds']:.1f} s, rollback decided after "
            f"{state['decisionSeconds']:.1f} s by {state['decidedBy']}: {state['explanation']}"
        )
    if state["propagation"]:
        show(f"rollback: {result(state['propagation'])}")
    because = f": {state['failure']}" if state["failure"] else ""
    show(f"rehearsal {run['number']} {state['status']}{because}")
