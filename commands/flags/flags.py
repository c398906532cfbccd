"""`launch flags`: list, switch and explain feature flags."""

from enum import StrEnum
from typing import Annotated

import typer

from commands.shared.client import Json as Data
from commands.shared.client import connect
from commands.shared.options import Json, Reason, Token, Url
from commands.shared.output import remark, show, show_json, switch, table

app = typer.Typer(no_args_is_help=True, help="Feature flags.")

LIST = """
query Flags($after: String, $enabled: Boolean, $search: String) {
  featureFlags(first: 100, after: $after, enabled: $enabled, search: $search) {
    nodes {
      key name enabled rolloutPercentage targetGroups version phase { key } kill { key reason }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
TOGGLE = """
mutation Toggle($input: ToggleFeatureFlagInput!) {
  toggleFeatureFlag(input: $input) {
    flag { key enabled rolloutPercentage version } warnings errors { message }
  }
}
"""
EVALUATE = """
query Evaluate($input: EvaluateFlagsInput!, $explain: Boolean!) {
  evaluateFlags(input: $input) {
    version
    flags {
      key value reason errorCode flagVersion
      explanation @include(if: $explain) { bucket threshold matchedGroup steps nextChangeAt }
    }
  }
}
"""


class State(StrEnum):
    """The states of a flag."""

    ON = "on"
    OFF = "off"


class UserKind(StrEnum):
    """The user types."""

    SUPPLIER = "supplier"
    COUPLE = "couple"
    ADMIN = "admin"


@app.command("list")
def list_flags(
    search: Annotated[str | None, typer.Option(help="A part of the key or name.")] = None,
    enabled: Annotated[
        bool | None, typer.Option("--enabled/--disabled", help="Only flags that are on, or off.")
    ] = None,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """List the flags in the order of creation."""
    flags = connect(url, token).every(LIST, "featureFlags", enabled=enabled, search=search)
    if as_json:
        show_json(flags)
        return
    columns = ("key", "name", "state", "%", "groups", "introduced in", "version")
    show(table(columns, map(_cells, flags)))


@app.command()
def toggle(
    key: Annotated[str, typer.Argument(help="The flag.")],
    state: Annotated[State, typer.Argument(help="The state to set.")],
    reason: Reason = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Switch a flag on or off; repeating it changes nothing."""
    command = {"key": key, "enabled": state is State.ON, "reason": reason}
    done = connect(url, token).change(TOGGLE, input=command)
    for warning in done["warnings"]:
        remark(warning, "yellow")
    flag = done["flag"]
    show(f"{flag['key']} {switch(flag['enabled'])} {flag['rolloutPercentage']} %")


@app.command()
def evaluate(
    keys: Annotated[list[str] | None, typer.Argument(help="The flags. Default: all.")] = None,
    user: Annotated[
        str | None, typer.Option(help="The id of a user, or any id for a visitor.")
    ] = None,
    user_type: Annotated[UserKind | None, typer.Option(help="The user type.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Explain each decision step by step.")
    ] = False,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Show what a user would see; with --explain, why."""
    variables = {
        "targetingKey": user,
        "userType": user_type.name if user_type else None,
        "keys": keys or None,
        "explain": explain,
    }
    evaluation = connect(url, token).ask(EVALUATE, input=variables, explain=explain)[
        "evaluateFlags"
    ]
    if as_json:
        show_json(evaluation)
        return
    columns = ("flag", "value", "reason", *(("why",) if explain else ()))
    show(table(columns, (_evaluation(flag, explain=explain) for flag in evaluation["flags"])))


def _cells(flag: Data) -> tuple[object, ...]:
    return (
        flag["key"],
        flag["name"],
        "KILLED" if flag["kill"] else switch(flag["enabled"]),
        flag["rolloutPercentage"],
        ", ".join(flag["targetGroups"]),
        flag["phase"]["key"] if flag["phase"] else "",
        flag["version"],
    )


def _evaluation(flag: Data, *, explain: bool) -> tuple[object, ...]:
    reason = flag["reason"] if flag["errorCode"] is None else flag["errorCode"]
    cells = (flag["key"], switch(flag["value"]), reason)
    if not explain:
        return cells
    why = flag["explanation"]
    return (*cells, "; ".join(why["steps"]) if why else "")
