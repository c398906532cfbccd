"""The second `make run`: everything is installed, the data folder has a launch in it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from bench.figures import Figure, figure
from bench.run import Run
from bench.stack import CLI, ROOT
from devserver.embedded.process import end, spawn

_READY = "Ready in"
_SECONDS = 90.0


def measure(run: Run) -> Iterable[Figure]:
    """What `make` looks at before, and `launch up` until it is ready."""
    data = run.folder / "data"
    run.tell("first start: makes the database")
    first = _up(run.folder, data)
    checks, starts = [], []
    for number in range(run.some(3)):
        run.tell(f"start {number + 2}")
        looked = _make()
        checks.append(looked)
        starts.append(looked + _up(run.folder, data))
    yield figure("second make run, until ready", "s", starts, limit=10.0, judged="high")
    yield figure("  of which make, which finds nothing to do", "s", checks)
    yield figure("first start, nothing there", "s", [first])


def _up(folder: Path, data: Path) -> float:
    """Seconds until `launch up` says that it is ready; it is stopped then."""
    path = folder / "up.log"
    path.write_bytes(b"")
    env = {**os.environ, "DATA_DIR": str(data), "PORT": "0", "DATABASE_URL": "", "REDIS_URL": ""}
    begin = time.perf_counter()
    with path.open("ab") as log:
        process = spawn([sys.executable, "-u", str(CLI), "up"], death_signal=signal.SIGTERM,
                        env=env, output=log)  # fmt: skip
    try:
        while _READY not in path.read_text():
            if process.poll() is not None or time.perf_counter() > begin + _SECONDS:
                raise RuntimeError(f"launch up does not get ready: {path.read_text()[-500:]}")
            time.sleep(0.01)
        return time.perf_counter() - begin
    finally:
        end(process, [(signal.SIGINT, 15.0), (signal.SIGTERM, 5.0)])


def _make() -> float:
    """Seconds that `make` takes to see that environment and pages are there; builds nothing."""
    program = shutil.which("make")
    if program is None:
        return 0.0
    begin = time.perf_counter()
    words = [program, "--question", "env", "web"]
    subprocess.run(words, check=False, cwd=ROOT, capture_output=True)
    return time.perf_counter() - begin
