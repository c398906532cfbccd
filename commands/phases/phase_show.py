"""Prints a phase: its step, its criteria with verdicts, and what holds its ramp."""

from commands.shared.client import Json
from commands.shared.output import remark, show, switch, table


def show_phase(phase: Json) -> None:
    """Print everything about a phase that its operator needs."""
    show(f"{phase['key']} {phase['status']}  {phase['name']}", *_ramp(phase))
    criteria = phase["successCriteria"]
    if criteria:
        show(table(("criterion", "verdict", "because", "action"), map(_criterion, criteria)))
    if phase["flags"]:
        columns = ("flag", "state", "reaches", "target", "limit")
        show(table(columns, map(_flag, phase["flags"])))
    if phase["verification"]:
        _show_verification(phase["verification"])
    if phase["pause"]:
        remark(_pause(phase["pause"]), "yellow")
        return
    for sentence in phase["heldBy"]:
        remark(f"held: {sentence}", "yellow")


def _show_verification(verification: Json) -> None:
    """Such as `last move: in force in 2 of 2 live processes`; in yellow if not in all."""
    line = f"last move: {verification['summary']}"
    show(line) if verification["verified"] else remark(line, "yellow")


def _pause(pause: Json) -> str:
    """Such as `paused by a guard at 2026-11-30T09:00:00Z: errors_low: error_rate 5 % > 2 %`."""
    because = f": {pause['reason']}" if pause["reason"] else ""
    return f"paused by {_author(pause)} at {pause['at']}{because}"


def _author(pause: Json) -> str:
    actor = pause["actor"]
    name = actor.get("email") or actor.get("name") or actor.get("component") or "somebody"
    return {"GUARD": "a guard", "WATCHDOG": "the watchdog"}.get(pause["author"], str(name))


def _ramp(phase: Json) -> list[str]:
    step, steps = phase["currentStep"], phase["steps"]
    if step is None:
        return []
    at = f"step {step['index'] + 1} of {len(steps)}, {step['percentage']} %"
    return [f"{at}, next at {phase['nextStepAt']}" if phase["nextStepAt"] else at]


def _criterion(status: Json) -> tuple[object, ...]:
    criterion = status["criterion"]
    action = "dry run" if criterion["dryRun"] else criterion["action"]
    return criterion["key"], status["verdict"], status["explanation"], action


def _flag(link: Json) -> tuple[object, ...]:
    flag = link["flag"]
    share, target = f"{link['inForce']} %", f"{link['target']} %"
    return flag["key"], switch(flag["enabled"]), share, target, _limit(link)


def _limit(link: Json) -> str:
    if link["isReleased"]:
        return "released from the ramp"
    if link["ceiling"] is None:
        return ""
    return f"{link['ceiling']} % by {link['ceilingBy'] or 'somebody'}"
