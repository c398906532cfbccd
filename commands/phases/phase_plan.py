"""Prints an activation plan and its readiness in a terminal."""

import sys
from collections.abc import Sequence

import typer

from commands.shared.client import Json
from commands.shared.errors import CommandError
from commands.shared.output import remark, show, switch, table


def show_plan(plan: Json) -> None:
    """Print what would change, who would see it, and the objections."""
    show_changes(plan["changes"])
    seen = [row for row in plan["exposure"] if row["before"] != row["after"]]
    if seen:
        columns = ("people", "trade", "see it now", "will see it", "see all of it")
        names = ("userType", "vendorType", "before", "after", "afterAll")
        rows = [tuple(row[name] for name in names) for row in seen]
        show(table(columns, rows))
    checks = plan["readiness"]["checks"]
    show(table(("check", "state", "detail"), [_check(check) for check in checks], "Readiness"))
    about = "about " if plan["isEstimate"] else ""
    for loss in plan["losses"]:
        share = f"{loss['before']} % to {loss['after']} %"
        remark(f"{loss['key']}, {share}: {about}{loss['people']} people lose it", "red")
    for conflict in (*plan["conflicts"], *plan["warnings"]):
        remark(conflict, "yellow")
    show(f"verdict: {plan['readiness']['verdict'].replace('_', ' ').lower()}")


def show_changes(changes: Sequence[Json]) -> None:
    """Print each flag before and after."""
    rows = [
        (change["key"], _state(change["before"]), _state(change["after"])) for change in changes
    ]
    show(table(("flag", "before", "after"), rows))


def check_ready(readiness: Json, *, accept_warnings: bool) -> bool:
    """Return whether warnings are accepted; raises CommandError for blockers."""
    bad = [check for check in readiness["checks"] if not check["ok"]]
    blockers = [f"{check['key']}: {check['detail']}" for check in bad if check["blocking"]]
    if blockers:
        raise CommandError(f"System not healthy for launch: {'; '.join(blockers)}")
    if not bad or accept_warnings:
        return accept_warnings
    if sys.stdin.isatty() and typer.confirm("Accept these warnings?", err=True):
        return True
    names = ", ".join(check["key"] for check in bad)
    raise CommandError(
        f"There are warnings ({names}): add --accept-warnings to activate all the same."
    )


def _check(check: Json) -> tuple[object, ...]:
    state = "ok" if check["ok"] else "BLOCKS" if check["blocking"] else "warning"
    return check["title"], state, check["detail"]


def _state(state: Json) -> str:
    groups = f" for {', '.join(state['targetGroups'])}" if state["targetGroups"] else ""
    return f"{switch(state['enabled'])} {state['rolloutPercentage']} %{groups}"
