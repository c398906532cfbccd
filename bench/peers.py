"""The systems that the benchmarks compare with: from npm, by the lock of `bench/peers`."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from bench.stack import NODE, ROOT

_SOURCE = ROOT / "bench" / "peers"
_FOLDER = ROOT / ".cache" / "peers"
_NAMES = ("mercurius", "graphql-ws", "postgraphile", "unleash-server")
_BUN = "@oven/bun-linux-x64"
_QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_SECONDS = 300
_LINES = 5
_FAILED = (OSError, subprocess.SubprocessError)


class Missing(RuntimeError):
    """The peers cannot be installed here; the rest of the benchmarks do without."""


def installed(tell: Callable[[str], None]) -> Path:
    """The folder with their servers; installs them where they are not as the lock says."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for path in (*_SOURCE.glob("*.js"), _SOURCE / "package.json"):
        shutil.copy(path, _FOLDER)
    lock, done = (_SOURCE / "package-lock.json").read_bytes(), _FOLDER / "installed.json"
    if not done.exists() or done.read_bytes() != lock:
        tell("installing the peers from npm, once: some minutes")
        (_FOLDER / "package-lock.json").write_bytes(lock)
        install(_FOLDER, tell, _fetch)
        done.write_bytes(lock)
    return _FOLDER


def bun(folder: Path) -> Path | None:
    """The program; None where there is none for this machine."""
    program = folder / "node_modules" / _BUN / "bin" / "bun"
    return program if program.exists() else None


def versions() -> str:
    """For the head of a report."""
    packages = json.loads((_SOURCE / "package-lock.json").read_text())["packages"]
    return ", ".join(
        f"{name} {packages[f'node_modules/{name}']['version']}" for name in (*_NAMES, _BUN)
    )


def install(folder: Path, tell: Callable[[str], None], fetch: Callable[[Path], None]) -> None:
    """Twice at most: what a broken download left behind is gone before the second.

    Raises Missing with the last words of npm.
    """
    try:
        fetch(folder)
    except _FAILED as error:
        tell(f"once more, into an empty folder: {_npm_error(error)}")
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        try:
            fetch(folder)
        except _FAILED as second:
            raise Missing(f"the peers could not be installed: {_npm_error(second)}") from second


def _fetch(folder: Path) -> None:
    npm = NODE.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    words = [str(NODE), str(npm), "ci", *_QUIET]
    # All else as it is here: a proxy, its certificates, a mirror.
    env = os.environ | {"PATH": f"{NODE.parent}:/usr/bin:/bin"}
    subprocess.run(
        words, cwd=folder, env=env, check=True, capture_output=True, text=True, timeout=_SECONDS
    )


def _npm_error(error: Exception) -> str:
    """What npm itself had to say, which is in its last lines; else what happened to it."""
    words = getattr(error, "stderr", None) or ""
    text = words if isinstance(words, str) else words.decode(errors="replace")
    return " / ".join(text.strip().splitlines()[-_LINES:]) or str(error)
