"""`launch export`, `plan` and `apply`: phases and flags as a YAML file (SPEC A52)."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
import yaml  # type: ignore[import-untyped]  # no stubs

from commands import launch_files as files
from commands.client import Json as Data
from commands.client import Server, connect
from commands.launch_files import Launch, Step
from commands.options import Json, Reason, Token, Url, Yes
from commands.output import confirm, remark, show, show_json, table
from commands.problems import Problem

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
CREATE = {
    "flag": "mutation Create($input: CreateFeatureFlagInput!) "
    "{ createFeatureFlag(input: $input) { errors { message } } }",
    "phase": "mutation Create($input: CreateLaunchPhaseInput!) "
    "{ createLaunchPhase(input: $input) { errors { message } } }",
}
UPDATE = {
    "flag": "mutation Update($input: UpdateFeatureFlagInput!) "
    "{ updateFeatureFlag(input: $input) { errors { message } } }",
    "phase": "mutation Update($input: UpdateLaunchPhaseInput!) "
    "{ updateLaunchPhase(input: $input) { errors { message } } }",
}
_COLUMNS = ("what", "key", "field", "before", "after")
_SHOWN = 60  # characters of a value


def export(url: Url = None, token: Token = None) -> None:
    """Print all flags and phases as YAML: keep it, change it, apply it.

    The values are those of the owners: what a running launch makes of them is left out.
    """
    launch, _ = _read(connect(url, token))
    typer.echo(
        yaml.safe_dump(files.document(launch), sort_keys=False, allow_unicode=True), nl=False
    )


def plan(
    file: File,
    check: Annotated[bool, typer.Option(help="Exit code 1 where anything would change.")] = False,
    as_json: Json = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Show what `apply` would make and change. What the file does not name stays."""
    steps, _ = _plan(connect(url, token), file)
    if as_json:
        show_json([_as_data(step) for step in steps])
    else:
        _show(steps)
    raise typer.Exit(1 if check and steps else 0)


def apply(
    file: File,
    reason: Reason = None,
    yes: Yes = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Make flags and phases as a file says; stops at the first that is refused.

    Each change is refused where somebody else has changed the same thing since the plan was made.
    """
    server = connect(url, token)
    steps, held = _plan(server, file)
    if not steps:
        remark("Everything is as the file says.")
        return
    _show(steps)
    confirm(f"Make these {len(steps)} changes?", yes=yes)
    for done, step in enumerate(steps):
        try:
            _apply(server, step, held.get((step.kind, step.key), {}), reason)
        except Problem as problem:
            raise Problem(
                f"{step.kind} {step.key}: {problem}\n{done} of {len(steps)} done."
            ) from None
    remark(f"{len(steps)} of {len(steps)} done.")


def _apply(server: Server, step: Step, held: Data, reason: str | None) -> None:
    why = {"reason": reason} if reason and (step.kind == "flag" or not step.create) else {}
    if step.create:
        server.change(CREATE[step.kind], input={"key": step.key, **step.wanted, **why})
        return
    which = {"key": step.key} if step.kind == "flag" else {"id": held["id"]}
    sent = {**which, **step.wanted, **why, "expectedVersion": held["version"]}
    server.change(UPDATE[step.kind], input=sent)


Held = dict[tuple[str, str], Data]


def _plan(server: Server, file: Path) -> tuple[list[Step], Held]:
    wanted = files.read(_load(file))
    now, held = _read(server)
    return files.plan(now, wanted), held


def _read(server: Server) -> tuple[Launch, Held]:
    flags = server.every(FLAGS, "featureFlags")
    for flag in flags:
        if flag["rolloutPercentage"] == 0 and not flag["ownerChoseZero"]:
            del flag["rolloutPercentage"]  # the default: written out it would be a choice (L10)
    phases = server.ask(PHASES)["launchPhases"]
    for phase in phases:
        phase["successCriteria"] = [item["criterion"] for item in phase["successCriteria"]]
        phase["flags"] = [{"flagKey": item.pop("flag")["key"], **item} for item in phase["flags"]]
    held: Held = {("flag", item["key"]): item for item in flags}
    held |= {("phase", item["key"]): item for item in phases}
    sorts = (("flags", flags, files.FLAG_FIELDS), ("phases", phases, files.PHASE_FIELDS))
    kept = {
        kind: [{name: item[name] for name in ("key", *fields) if name in item} for item in found]
        for kind, found, fields in sorts
    }
    return files.read(kept), held


def _load(path: Path) -> object:
    try:
        found: object = yaml.safe_load(sys.stdin.read() if str(path) == "-" else path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise Problem(f"{path} cannot be read: {error}") from error
    return found


def _show(steps: Sequence[Step]) -> None:
    rows = [row for step in steps for row in _rows(step)]
    show(table(_COLUMNS, rows) if rows else "Nothing would change.")


def _rows(step: Step) -> Sequence[tuple[str, ...]]:
    what = f"new {step.kind}" if step.create else step.kind
    rows = [
        (what, step.key, name, "" if step.create else _text(before), _text(after))
        for name, (before, after) in step.fields.items()
    ]
    return rows or [(what, step.key, "", "", "")]


def _text(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _as_data(step: Step) -> Data:
    changes = {name: {"before": old, "after": new} for name, (old, new) in step.fields.items()}
    return {"kind": step.kind, "key": step.key, "create": step.create, "changes": changes}
