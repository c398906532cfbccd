"""`launch export`, `plan` and `apply`: phases and flags as a YAML file (A52)."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
import yaml  # type: ignore[import-untyped]  # no stubs

from commands.phases import launch_files as files
from commands.shared.client import Json as Data
from commands.shared.client import Server, connect
from commands.shared.errors import CommandError
from commands.shared.options import Json, Reason, Token, Url, Yes
from commands.shared.output import confirm, remark, show, show_json, table

File = Annotated[Path, typer.Argument(help="A YAML file as `launch export` prints it; - is stdin.")]

FLAGS = """
query Flags($after: String) {
  featureFlags(first: 100, after: $after) {
    nodes {
      key name description enabled: ownerEnabled rolloutPercentage: ownerPercentage ownerChoseZero
      targetGroups bucketBy clientVisible version
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
PHASES = """
query Phases {
  launchPhases {
    id version key name description position platforms plannedStartAt plannedEndAt cohort
    steps { percentage holdSeconds requiresApproval }
    successCriteria {
      criterion {
        key metric aggregation windowSeconds comparator threshold minSamples
        initialDelaySeconds failureLimit action dryRun dependsOn
      }
    }
    rollbackPlan { mode drainSeconds notify manualSteps }
    flags { flag { key } targetPercentage: configuredTarget position }
  }
}
"""
_CHANGES = """
  hash
  changes { kind key isNew fields { name before after } }
  errors { message path }
"""
PLAN = f"query Plan($file: LaunchFileInput!) {{ launchPlan(file: $file) {{ {_CHANGES} }} }}"
APPLY = f"""
mutation Apply($file: LaunchFileInput!, $planHash: String!, $reason: String) {{
  applyLaunch(file: $file, planHash: $planHash, reason: $reason) {{ {_CHANGES} }}
}}
"""
WOULD_CHANGE = 3  # 1 is an error, 2 wrong usage
_COLUMNS = ("what", "key", "field", "before", "after")
_SHOWN = 60  # characters of a value


def export(url: Url = None, token: Token = None) -> None:
    """Print all flags and phases as YAML, to keep, edit and apply.

    The values are the owners' own, without the effects of a running launch.
    """
    content = _exported(connect(url, token))
    for place in files.omit_hidden(content):
        remark(f"{place} is left out: it holds addresses, which need people:read.", "yellow")
    typer.echo(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), nl=False)


def plan(
    file: File,
    check: Annotated[
        bool, typer.Option("--check", help="Exit code 3 if anything would change.")
    ] = False,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Show what `apply` would create and change. What the file does not name is unchanged.

    Any error in the file is reported with exit code 1: what can be planned can be applied.
    """
    result = _ask(connect(url, token), PLAN, file=_load(file))
    if as_json:
        show_json([_as_data(change) for change in result["changes"]])
    else:
        _show(result["changes"])
    raise typer.Exit(WOULD_CHANGE if check and result["changes"] else 0)


def apply(
    file: File,
    reason: Reason = None,
    yes: Yes = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Create and change flags and phases as the file says, in one transaction.

    It is refused if anything has changed since the plan was shown.
    """
    server, content = connect(url, token), _load(file)
    result = _ask(server, PLAN, file=content)
    if not result["changes"]:
        remark("Nothing to change: everything is as in the file.")
        return
    _show(result["changes"])
    confirm(f"Make these {len(result['changes'])} changes?", yes=yes)
    done = _ask(server, APPLY, file=content, planHash=result["hash"], reason=reason)
    remark(f"{len(done['changes'])} changes made.")


def _ask(server: Server, document: str, **variables: object) -> Data:
    (result,) = server.ask(document, **variables).values()
    if result["errors"]:
        lines = [f"{_place(item['path'])}{item['message']}" for item in result["errors"]]
        raise CommandError("\n".join(lines))
    return result


def _place(path: Sequence[str] | None) -> str:
    """`flags.2.name: `, as the file counts from 0."""
    parts = (path or [])[1:] if path and path[0] == "file" else path or []
    return f"{'.'.join(parts)}: " if parts else ""


def _exported(server: Server) -> Data:
    """All flags and phases as a LaunchFileInput."""
    flags = server.every(FLAGS, "featureFlags")
    for flag in flags:
        if flag["rolloutPercentage"] == 0 and not flag["ownerChoseZero"]:
            del flag["rolloutPercentage"]  # the default: written out it would be a choice (L10)
    phases = server.ask(PHASES)["launchPhases"]
    for phase in phases:
        phase["successCriteria"] = [item["criterion"] for item in phase["successCriteria"]]
        phase["flags"] = [{"flagKey": item.pop("flag")["key"], **item} for item in phase["flags"]]
    sorts = (("flags", flags, files.FLAG_FIELDS), ("phases", phases, files.PHASE_FIELDS))
    return {
        kind: [{name: item[name] for name in ("key", *fields) if name in item} for item in items]
        for kind, items, fields in sorts
    }


def _load(path: Path) -> object:
    """The file as GraphQL input; raises CommandError for YAML features that are not allowed."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    return files.load(text, str(path))


def _show(changes: Sequence[Data]) -> None:
    rows = [row for change in changes for row in _rows(change)]
    show(table(_COLUMNS, rows) if rows else "Nothing would change.")


def _rows(change: Data) -> Sequence[tuple[str, ...]]:
    kind, key = change["kind"].lower(), change["key"]
    name = f"new {kind}" if change["isNew"] else kind
    rows = [
        (name, key, field["name"], _text(field["before"]), _text(field["after"]))
        for field in change["fields"]
    ]
    return rows or [(name, key, "", "", "")]


def _text(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _as_data(change: Data) -> Data:
    changes = {
        field["name"]: {"before": field["before"], "after": field["after"]}
        for field in change["fields"]
    }
    kind = change["kind"].lower()
    return {"kind": kind, "key": change["key"], "create": change["isNew"], "changes": changes}
