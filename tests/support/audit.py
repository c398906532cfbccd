"""Check our dependencies for known vulnerabilities: `python -m tests.support.audit`.

It asks two services, for PyPI and npm packages. A vulnerability gives exit code 1. A service that
does not respond is reported and is no failure: the tests must pass on a machine with nothing but a
package index.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BIN = Path(sys.prefix) / "bin"
LOCKS = ("requirements.lock", "requirements-test.lock")
_SECONDS = 120
_SEVERE = {"moderate", "high", "critical"}


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of one service for one lock file."""

    subject: str
    findings: Sequence[str] = ()
    failure: str = ""  # why the service gave no result


def audit_python(locks: Sequence[Path], *options: str) -> Audit:
    """Audit the requirements files, which contain hashes."""
    name = ", ".join(lock.name for lock in locks)
    command = [
        *(str(BIN / "pip-audit"), "--disable-pip"),
        *(word for lock in locks for word in ("--requirement", str(lock))),
        *("--vulnerability-service", "osv", "--timeout", "5", "--progress-spinner", "off"),
        *("--format", "json", *options),
    ]
    report, problem = _report(command, ROOT)
    if "dependencies" not in report:
        return Audit(name, failure=problem or "no report")
    return Audit(name, [*_audit_from_report(report)])


def audit_npm(folder: Path, *options: str) -> Audit:
    """Audit the packages that the pages are built from; build tools are not shipped."""
    name = f"{folder.name}/package-lock.json"
    patience = ("--fetch-retries=0", "--fetch-timeout=10000")
    command = [str(BIN / "npm"), "audit", "--omit=dev", "--json", *patience, *options]
    report, problem = _report(command, folder)
    if "vulnerabilities" not in report:
        return Audit(name, failure=str(report.get("message") or problem or "no report"))
    packages = report["vulnerabilities"].values()
    return Audit(
        name, [f"{i['name']}: {i['severity']}" for i in packages if i["severity"] in _SEVERE]
    )


def _audit_from_report(report: dict[str, Any]) -> Iterator[str]:
    for package in report["dependencies"]:
        for item in package.get("vulns", ()):
            fixed = ", ".join(item["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']}: {item['id']}, mended in {fixed}"


def _report(command: Sequence[str], folder: Path) -> tuple[dict[str, Any], str]:
    """Return the JSON from stdout and the last line of stderr."""
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=_SECONDS, cwd=folder, env=env
    )
    complaint = (done.stderr.strip().splitlines() or [""])[-1]
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return {}, complaint
    return (report if isinstance(report, dict) else {}), complaint


def main() -> int:
    """Print a line per lock file; return 1 if a vulnerability is known."""
    audits = audit_python([ROOT / name for name in LOCKS]), audit_npm(ROOT / "web")
    for audit in audits:
        if audit.failure:
            print(f"NOT AUDITED: {audit.subject}: no answer ({audit.failure[:160]})")  # noqa: T201
        for finding in audit.findings:
            print(f"VULNERABLE: {audit.subject}: {finding}")  # noqa: T201
        if not audit.failure and not audit.findings:
            print(f"{audit.subject}: nothing known")  # noqa: T201
    return int(any(audit.findings for audit in audits))


if __name__ == "__main__":
    sys.exit(main())
