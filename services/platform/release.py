"""Which release runs here, and of which commit it was built."""

import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path

UNKNOWN = "unknown"

_ROOT = Path(__file__).resolve().parents[2]
_COMMIT_FILE = _ROOT / "REVISION"  # written by the Dockerfile, whose image has no .git
_GIT_SECONDS = 2.0


def release() -> str:
    """The version of the installed package; a checkout that is not installed has none."""
    try:
        return version_of("wedsync-launch")
    except PackageNotFoundError:
        return UNKNOWN


@cache
def revision() -> str:
    """The commit: of the file that a build leaves, else of the checkout."""
    try:
        return _COMMIT_FILE.read_text().strip() or UNKNOWN
    except OSError:
        return _of_checkout() if (_ROOT / ".git").exists() else UNKNOWN


def _of_checkout() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - whichever git there is
            cwd=_ROOT, capture_output=True, text=True, timeout=_GIT_SECONDS, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return done.stdout.strip() or UNKNOWN
