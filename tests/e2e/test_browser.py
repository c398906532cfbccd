"""The pages in a real browser: runs each file of tests in `web/e2e`."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.support.clock import PATIENCE
from tests.support.clusters import copy_template
from tests.support.command import Launch
from tests.support.once import run_folder, run_once
from tests.support.servers import free_port

ROOT = Path(__file__).parents[2]
NODE = Path(sys.prefix) / "bin" / "node"
PASSWORD = "seen by a browser only"
SECONDS = 800
PARTS = {"server": "serve", "worker": "worker", "redis": "valkey-server"}
FILES = sorted(path.name for path in (ROOT / "web" / "e2e").glob("*.test.ts"))
# What these wait for, a short interval of the checks brings. It costs the worker a tenth of a core
# as long as the launch lives, so the largest files have a launch that checks as shipped.
FREQUENT_CHECKS = {
    "admin.test.ts",
    "contact.test.ts",
    "flags.test.ts",
    "inbox.test.ts",
    "journeys.test.ts",
    "launch-control.test.ts",
    "two-suppliers.test.ts",
}
# In seconds. Two intervals make a sample stale: a busy machine must not be slower than that.
CHECKS = {
    "frequent": {"HEALTH_INTERVAL_SECONDS": "5", "HEALTH_RECHECK_SECONDS": "0.5"},
    "shipped": {},
}


def pid_of(part: str, launch_pid: int) -> int:
    """That of `serve`, `worker`, or of a store; `launch up` starts one again when it dies."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for child in psutil.Process(launch_pid).children():
            if part in child.cmdline() or part == child.name():
                return int(child.pid)
        time.sleep(0.1)
    raise TimeoutError(f"{part} has not started.")


@contextmanager
def mail_server(port: int, folder: str) -> Iterator[int]:
    """One that the tests break and mend by signals; the pid of its process."""
    command = [sys.executable, "-m", "tests.support.mail_sink", str(port), folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield process.pid
        finally:
            process.terminate()


@contextmanager
def launched(cluster: Path, settings: dict[str, str]) -> Iterator[dict[str, str]]:
    """A launch of its own; what the variables of the files say of it."""
    smtp = free_port()
    with (
        tempfile.TemporaryDirectory(prefix="launch-", ignore_cleanup_errors=True) as name,
        mail_server(smtp, f"{name}/emails") as mail_pid,
    ):
        env = {
            "PORT": "0",
            "DATA_DIR": f"{name}/data",
            "ADMIN_PASSWORD": PASSWORD,
            "SMTP_URL": f"smtp://127.0.0.1:{smtp}",
            # All people of all files come from one address.
            "SIGN_UPS_PER_HOUR": "1000",
            **settings,
        }
        copy_template(cluster, Path(env["DATA_DIR"]))
        with Launch(Path(name), env).running("up") as run:
            yield {
                "BASE_URL": run.wait_for(r"open +(http://\S+)")[1],
                "ADMIN_EMAIL": "admin@wedsync.app",
                "ADMIN_PASSWORD": PASSWORD,
                "LAUNCH_PID": str(run.process.pid),
                "MAIL_PID": str(mail_pid),
                "MAIL_FOLDER": f"{name}/emails",
                "DATA_DIR": f"{name}/data",
                "PYTHON": sys.executable,
                "ARTIFACTS": str(ROOT / "tests" / "artifacts" / "browser"),
            }


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the browser, unpacked once.

    Its package unpacks it into TMPDIR when it first runs there: two at once start half a browser.
    """
    folder = run_folder(tmp_path_factory) / "chromium"
    unpack = 'import chromium from "@sparticuz/chromium"; await chromium.executablePath();'
    with run_once(folder) as first:
        if first:
            subprocess.run(
                [NODE, "--input-type=module", "--eval", unpack],
                check=True,
                cwd=ROOT / "web" / "e2e",
                env={**os.environ, "TMPDIR": str(folder)},
            )
    return folder


@pytest.fixture(scope="module")
def launches(unpacked: Path, cluster: Path) -> Iterator[Callable[[str], dict[str, str]]]:
    """Returns the launch of a kind, which all files that this process of pytest runs share."""
    # Node keeps there what it has compiled; each file is a process of its own.
    tools = {"TMPDIR": str(unpacked), "NODE_COMPILE_CACHE": str(unpacked / "compiled")}
    with ExitStack() as stack:

        @cache
        def launch(kind: str) -> dict[str, str]:
            return stack.enter_context(launched(cluster, CHECKS[kind])) | tools

        yield launch


def visited(file: str, site: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """How the tests of the file end there."""
    launch = int(site["LAUNCH_PID"])
    pids = {f"{part.upper()}_PID": str(pid_of(name, launch)) for part, name in PARTS.items()}
    return subprocess.run(
        [NODE, "--test", "--test-isolation=none", "--test-timeout=300000", f"web/e2e/{file}"],
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=ROOT,
        env={**os.environ, **site, **pids},
    )


def kind_of_launch(file: str) -> str:
    return "frequent" if file in FREQUENT_CHECKS else "shipped"


# Two browsers at a time, each with a launch: more would leave nothing of two cores to the others.
@pytest.mark.parametrize(
    "file",
    [
        pytest.param(file, marks=pytest.mark.xdist_group(f"browser_{kind_of_launch(file)}"))
        for file in FILES
    ],
)
def test_pages_in_chromium(file: str, launches: Callable[[str], dict[str, str]]) -> None:
    """S75 to S94, S103: live, by keyboard, on a phone, and nothing that axe calls serious."""
    done = visited(file, launches(kind_of_launch(file)))
    assert done.returncode == 0, done.stdout + done.stderr
