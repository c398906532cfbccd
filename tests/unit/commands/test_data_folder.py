"""F5: one living process owns a data folder; what it leaves is nobody else's."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from commands.shared import data_folder, runtime_endpoints
from commands.shared.errors import CommandError

OWNER = """
import sys, time
from pathlib import Path
from commands.shared import runtime_endpoints as addresses, data_folder
folder = data_folder.own(Path(sys.argv[1]))
folder.announce("http://127.0.0.1:8123")
addresses.write(folder.path, {"LAUNCH_URL": "http://127.0.0.1:8123"})
print("owns", flush=True)
time.sleep(600)
"""


def test_the_second_is_refused_with_the_address_of_the_first(tmp_path: Path) -> None:
    first = data_folder.own(tmp_path)
    with pytest.raises(CommandError, match=f"that is just starting .process {os.getpid()}."):
        data_folder.own(tmp_path)
    first.announce("http://127.0.0.1:8000")
    with pytest.raises(
        CommandError, match=r"at http://127\.0\.0\.1:8000 .*: stop it or set DATA_DIR"
    ):
        data_folder.own(tmp_path)
    assert data_folder.is_owned(tmp_path)
    first.release()
    assert not data_folder.is_owned(tmp_path)
    data_folder.own(tmp_path).release()


def test_after_a_kill_its_addresses_are_gone_and_the_folder_is_free(tmp_path: Path) -> None:
    """The kernel frees the lock. A process id would be another's one day."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"owns\n"
        assert runtime_endpoints.read(tmp_path)["LAUNCH_URL"] == "http://127.0.0.1:8123"
        with pytest.raises(CommandError, match=rf"process {owner.pid}"):
            data_folder.own(tmp_path)
    finally:
        owner.send_signal(signal.SIGKILL)
        owner.communicate()
    assert (tmp_path / runtime_endpoints.NAME).exists()
    assert runtime_endpoints.read(tmp_path) == {}
    data_folder.own(tmp_path).release()


def test_a_folder_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="cannot be used"):
        data_folder.own(tmp_path / "file" / "below")
    assert not data_folder.is_owned(tmp_path / "file" / "below")
