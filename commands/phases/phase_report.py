"""Prints the report of a run: each acceptance criterion with its verdict (X15)."""

from commands.shared.client import Json
from commands.shared.output import remark, show, table

REPORT = """
query Report($key: String!) {
  launchPhase(key: $key) {
    key name
    runs(first: 1) {
      nodes {
        number kind outcome startedAt
        report {
          markdown mttdSeconds mttaSeconds mttrSeconds
          exemptFlags { key detail }
          proofs { row criterion verdict value limit unit evidence }
        }
      }
    }
  }
}
"""
COLUMNS = ("row", "criterion", "verdict", "measured", "promised", "evidence")
_VERDICTS = {
    "KEPT": "kept",
    "BROKEN": "BROKEN",
    "UNKNOWN": "unknown",
    "NOT_MEASURED": "not measured",
}
_MEANS = {"mttdSeconds": "detect", "mttaSeconds": "acknowledge", "mttrSeconds": "recover"}
_NOTHING = "\u2013"


def show_report(phase: Json, run: Json) -> None:
    """Print the report of the newest run of a phase."""
    report = run["report"]
    title = f"{phase['key']}, run {run['number']} ({run['kind']}), {run['startedAt'][:19]}"
    show(table(COLUMNS, map(row, report["proofs"]), title=title))
    means = (f"{name} {_number(report[key], 's')}" for key, name in _MEANS.items())
    show(f"mean times from the first bad sample: {', '.join(means)}")
    for flag in report["exemptFlags"]:
        remark(f"not at its target: {flag['detail']}", "yellow")


def row(proof: Json) -> tuple[object, ...]:
    """A criterion as a row."""
    return (
        proof["row"],
        proof["criterion"],
        _VERDICTS.get(proof["verdict"], proof["verdict"]),
        _number(proof["value"], proof["unit"]),
        _number(proof["limit"], proof["unit"]),
        proof["evidence"],
    )


def is_broken(run: Json) -> bool:
    """True if the run broke a criterion."""
    return any(proof["verdict"] == "BROKEN" for proof in run["report"]["proofs"])


def _number(value: float | None, unit: str) -> str:
    return _NOTHING if value is None else f"{round(value, 2):g} {unit}".strip()
