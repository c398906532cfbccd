"""Launch Control in a real browser; the tests themselves are in `web/e2e`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from tests.launch import Launch

ROOT = Path(__file__).parents[2]
PASSWORD = "seen by a browser only"
SECONDS = 240


def server_pid(launch_pid: int) -> int:
    """The process that serves; the one that `launch up` starts again when it dies."""
    children = psutil.Process(launch_pid).children()
    return next(int(child.pid) for child in children if "serve" in child.cmdline())


def test_launch_control_in_chromium() -> None:
    """S75 to S77, S82, S103: live, by keyboard, on a phone, and nothing that axe calls serious."""
    with tempfile.TemporaryDirectory(prefix="launch-", ignore_cleanup_errors=True) as name:
        env = {
            "PORT": "0",
            "DATA_DIR": f"{name}/data",
            "ADMIN_PASSWORD": PASSWORD,
            "HEALTH_INTERVAL_SECONDS": "2",
            "HEALTH_RECHECK_SECONDS": "0.5",
        }
        with Launch(Path(name), env).running("up") as run:
            base = run.wait_for(r"open +(http://\S+)", 60)[1]
            done = subprocess.run(
                [Path(sys.prefix) / "bin" / "node", "--test", "web/e2e/launch-control.test.ts"],
                check=False,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                cwd=ROOT,
                env={
                    **os.environ,
                    "BASE_URL": base,
                    "ADMIN_EMAIL": "admin@wedsync.app",
                    "ADMIN_PASSWORD": PASSWORD,
                    "SERVER_PID": str(server_pid(run.process.pid)),
                    "ARTIFACTS": str(ROOT / "tests" / "artifacts" / "browser"),
                },
            )
    assert done.returncode == 0, done.stdout + done.stderr
