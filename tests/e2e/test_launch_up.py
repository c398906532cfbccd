"""`launch up`, what `make run` calls: from nothing to a launch one can operate, and its end."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.support.command import Launch, RunningCommand
from tests.support.promises import is_within

END_SECONDS = 10


@pytest.fixture
def launch() -> Iterator[Launch]:
    with tempfile.TemporaryDirectory(prefix="launch-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        env = {
            "PORT": "0",
            "DATA_DIR": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
        }
        yield Launch(folder, env)


@contextmanager
def up(launch: Launch) -> Iterator[RunningCommand]:
    """Ready, then ended as by Ctrl-C with nothing left."""
    with launch.running("up") as run:
        run.wait_for("Ctrl-C stops everything")
        processes = psutil.Process(run.process.pid).children(recursive=True)
        assert len(processes) >= 4  # PostgreSQL, Valkey, app, worker
        yield run
        assert is_within(END_SECONDS, run.end(signal.SIGINT))
        assert run.process.returncode == 0
    assert [process for process in processes if process.is_running()] == []
    assert not (launch.folder / "data" / "launch.env").exists()


def test_launch_up_starts_from_nothing_and_restarts_on_its_data(launch: Launch) -> None:
    with up(launch) as run:
        last = run.wait_for(r" +open +http://\S+\n +password +(\S+) .*\n")
        assert run.output.endswith(last[0])
        password = last[1]
        (file,) = (launch.folder / "data").glob("launch.env")
        assert file.stat().st_mode & 0o777 == 0o600
        # Neither the port nor the servers are named: both are found through the data folder.
        launch("login", "admin@wedsync.app", stdin=f"{password}\n")
        launch("flags", "toggle", "mvp_test_feature", "on")
        assert "nothing was changed" in launch.run_unchecked("demo").err
        port = run.wait_for(r"open +http://127.0.0.1:(\d+)")[1]
    with up(launch.with_env(PORT=port)) as run:
        (flag,) = launch.json("flags", "list", "--enabled")
        assert flag["key"] == "mvp_test_feature"
    assert "password" not in run.output
