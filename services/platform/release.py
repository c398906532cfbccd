"""The release that runs here, and the commit that it was built from."""

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
    """Return the version of the installed package; a checkout has none."""
    try:
        return version_of("wedsync-launch")
    except PackageNotFoundError:
        return UNKNOWN


@cache
def revision() -> str:
    """Return the commit, from the file of the build or else from the checkout."""
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
