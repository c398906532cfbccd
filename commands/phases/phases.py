"""`launch phases`: plan, activate, move and roll back launch phases."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from commands.phases import phase_documents as documents
from commands.phases.phase_plan import check_ready, show_changes, show_plan
from commands.phases.phase_report import REPORT, is_broken, show_report
from commands.phases.phase_show import show_phase
from commands.phases.rehearsal import show_rehearsal, wait_for
from commands.propagation.propagation import follow
from commands.shared.client import Json as Data
from commands.shared.client import Server, connect
from commands.shared.errors import CommandError
from commands.shared.options import Json, Reason, Token, Url, Yes
from commands.shared.output import confirm, echo, remark, show, show_json, table

app = typer.Typer(no_args_is_help=True, help="Launch phases.")

Key = Annotated[str, typer.Argument(help="The key of the phase.")]


class Mode(StrEnum):
    """The rollback modes."""

    DISABLE_ALL = "disable-all"
    RESTORE_PREVIOUS = "restore-previous"


@app.command("list")
def list_phases(as_json: Json = False, url: Url = None, token: Token = None) -> None:
    """List the phases in the order of the timeline."""
    phases = connect(url, token).ask(documents.LIST)["launchPhases"]
    if as_json:
        show_json(phases)
        return
    columns = ("key", "name", "status", "platforms", "step", "flags", "planned start")
    show(table(columns, map(_cells, phases)))


@app.command("show")
def show_one(key: Key, as_json: Json = False, url: Url = None, token: Token = None) -> None:
    """Show a phase: its step, the verdicts on its criteria, and what holds its ramp."""
    phase = _phase(connect(url, token), key, documents.SHOW)
    show_json(phase) if as_json else show_phase(phase)


@app.command()
def report(
    key: Key,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the whole report, with the timeline.")
    ] = False,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Show the report of the newest run of a phase; exit code 1 if it broke a criterion."""
    phase = _phase(connect(url, token), key, REPORT)
    runs = phase["runs"]["nodes"]
    if not runs:
        raise CommandError(f"{key} has not been activated yet.")
    if as_json:
        show_json(runs[0])
    elif markdown:
        echo(runs[0]["report"]["markdown"], newline=False)
    else:
        show_report(phase, runs[0])
    raise typer.Exit(1 if is_broken(runs[0]) else 0)


@app.command()
def plan(key: Key, as_json: Json = False, url: Url = None, token: Token = None) -> None:
    """Show what activating a phase would do, and whether it is ready."""
    server = connect(url, token)
    activation_plan = _plan(server, _phase(server, key))
    show_json(activation_plan) if as_json else show_plan(activation_plan)


@app.command()
def activate(
    key: Key,
    accept_warnings: Annotated[
        bool, typer.Option("--accept-warnings", help="Activate despite warnings.")
    ] = False,
    accept_losses: Annotated[
        list[str] | None,
        typer.Option(help="A flag that people may lose; once for each that the plan names."),
    ] = None,
    reason: Reason = None,
    yes: Yes = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Activate a phase after showing the plan; only what was shown can happen."""
    server = connect(url, token)
    phase = _phase(server, key)
    if phase["status"] == "ACTIVE":
        remark(f"{phase['name']} is active already.")
        return
    activation_plan = _plan(server, phase)
    show_plan(activation_plan)
    accepted = check_ready(activation_plan["readiness"], accept_warnings=accept_warnings)
    confirm(f"Activate {phase['name']}?", yes=yes)
    command = {
        "phaseId": phase["id"],
        "planHash": activation_plan["hash"],
        "readinessToken": activation_plan["readiness"]["token"],
        "acceptWarnings": accepted,
        "acceptLosses": accept_losses or [],
        "reason": reason,
    }
    _report(server.change(documents.ACTIVATE, input=command)["phase"])


@app.command()
def rollback(
    key: Key,
    reason: Annotated[str, typer.Option(help="The reason; it becomes the text of the incident.")],
    mode: Annotated[Mode | None, typer.Option(help="Default: the phase's rollback plan.")] = None,
    yes: Yes = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Roll a phase back at once: its flags go off or are restored, and an incident opens."""
    server = connect(url, token)
    phase = _phase(server, key)
    confirm(f"Roll {phase['name']} ({phase['status']}) back?", yes=yes)
    command = {"phaseId": phase["id"], "reason": reason, "mode": mode.name if mode else None}
    done = server.change(documents.ROLL_BACK, input=command)
    if done["restored"]:
        show_changes(done["restored"])
    for conflict in done["conflicts"]:
        remark(conflict, "yellow")
    _report(done["phase"])
    if done["incident"]:
        show(f"incident #{done['incident']['number']}: {done['incident']['title']}")
    follow(server, done["propagation"])


@app.command()
def rehearse(
    key: Key, as_json: Json = False, reason: Reason = None, url: Url = None, token: Token = None
) -> None:
    """Rehearse a launch and its rollback on copies of its flags; no user is affected."""
    server = connect(url, token)
    command = {"phaseId": _phase(server, key)["id"], "reason": reason}
    run = wait_for(server, server.change(documents.REHEARSE, input=command)["run"])
    show_json(run) if as_json else show_rehearsal(run)
    if run["rehearsal"]["status"] != "PASSED":
        raise typer.Exit(1)


def _mover(document: str, help_text: str) -> Callable[..., None]:
    def move(key: Key, reason: Reason = None, url: Url = None, token: Token = None) -> None:
        server = connect(url, token)
        command = {"phaseId": _phase(server, key)["id"], "reason": reason}
        _report_move(server.change(document, input=command))

    move.__doc__ = help_text
    return move


@app.command()
def complete(
    key: Key,
    accept_limits: Annotated[
        list[str] | None,
        typer.Option(help="A flag that may stay below its target; can be repeated."),
    ] = None,
    reason: Reason = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Complete a phase: its flags go to their targets."""
    server = connect(url, token)
    command = {
        "phaseId": _phase(server, key)["id"],
        "reason": reason,
        "acceptLimits": accept_limits or [],
    }
    _report_move(server.change(documents.COMPLETE, input=command))


for _name, (_document, _help) in documents.MOVES.items():
    app.command(_name)(_mover(_document, _help))


def _phase(server: Server, key: str, document: str = documents.FIND) -> Data:
    phase = server.ask(document, key=key)["launchPhase"]
    if phase is None:
        raise CommandError(f"There is no phase {key!r}: see `launch phases list`.")
    return phase


def _plan(server: Server, phase: Data) -> Data:
    return server.ask(documents.PLAN, id=phase["id"])["activationPlan"]


def _report_move(done: Data) -> None:
    for warning in done["warnings"]:
        remark(warning, "yellow")
    _report(done["phase"])


def _report(phase: Data) -> None:
    step = phase["currentStep"]
    at = f", at {step['percentage']} %" if step and phase["status"] == "ACTIVE" else ""
    show(f"{phase['key']} {phase['status']}{at}")


def _cells(phase: Data) -> tuple[object, ...]:
    step, steps = phase["currentStep"], phase["steps"]
    at = f"{step['index'] + 1} of {len(steps)} ({step['percentage']} %)" if step else len(steps)
    return (
        phase["key"],
        phase["name"],
        phase["status"],
        ", ".join(name.lower() for name in phase["platforms"]),
        at,
        len(phase["flags"]),
        (phase["plannedStartAt"] or "")[:10],
    )
