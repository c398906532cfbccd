"""The systems that the benchmarks compare with: from npm, by the lock of `bench/peers`."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from bench.stack import NODE, ROOT

_SOURCE = ROOT / "bench" / "peers"
_FOLDER = ROOT / ".cache" / "peers"
_NAMES = ("mercurius", "graphql-ws", "postgraphile", "unleash-server")
_SECONDS = 600


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
        _install()
        done.write_bytes(lock)
    return _FOLDER


def versions() -> str:
    """For the head of a report."""
    packages = json.loads((_SOURCE / "package-lock.json").read_text())["packages"]
    return ", ".join(f"{name} {packages[f'node_modules/{name}']['version']}" for name in _NAMES)


def _install() -> None:
    npm = NODE.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    words = [
        str(NODE),
        str(npm),
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]
    env = {"PATH": f"{NODE.parent}:/usr/bin:/bin", "HOME": str(Path.home())}
    try:
        subprocess.run(
            words, cwd=_FOLDER, env=env, check=True, capture_output=True, timeout=_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Missing(f"the peers could not be installed: {error}") from error
