"""Wait for a rehearsal, and show what it measured."""

import time

from commands.phases import phase_documents as documents
from commands.propagation.propagation import result
from commands.shared.client import Json, Server
from commands.shared.errors import CommandError
from commands.shared.output import remark, show

_POLL_SECONDS = 0.5
_LONGEST_SECONDS = 240.0


def wait_for(server: Server, run: Json) -> Json:
    """The run once it is over; raises Problem where no worker carries it on."""
    deadline, stage = time.monotonic() + _LONGEST_SECONDS, None
    while run["rehearsal"]["status"] == "RUNNING":
        if run["rehearsal"]["stage"] != stage:
            stage = run["rehearsal"]["stage"]
            remark(f"  {stage.lower().replace('_', ' ')}")
        if time.monotonic() > deadline:
            raise CommandError("The rehearsal does not go on: does a worker run?")
        time.sleep(_POLL_SECONDS)
        run = server.ask(documents.REHEARSAL, id=run["id"])["node"]
    return run


def show_rehearsal(run: Json) -> None:
    """A few lines."""
    found = run["rehearsal"]
    for step in found["steps"]:
        show(f"{step['percentage']:g} %: {step['exposed']} of {step['people']} synthetic users")
    if found["decidedBy"]:
        show(
            f"fault noticed after {found['detectionSeconds']:.1f} s, rollback decided after "
            f"{found['decisionSeconds']:.1f} s by {found['decidedBy']}: {found['explanation']}"
        )
    if found["propagation"]:
        show(f"rollback: {result(found['propagation'])}")
    because = f": {found['failure']}" if found["failure"] else ""
    show(f"rehearsal {run['number']} {found['status']}{because}")
