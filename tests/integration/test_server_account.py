"""The system account of PostgreSQL on a bare machine, where several starts want it at once."""

import subprocess
import sys
from pathlib import Path

from tests.support.clock import PATIENCE

# `useradd` here writes down when it begins and ends, and makes nothing.
USERADD = """#!/bin/sh
echo begin >> "$(dirname "$0")/log"
sleep 0.1
echo end >> "$(dirname "$0")/log"
"""
MAKE = """
from devserver.embedded import accounts, errors
accounts.os.geteuid, accounts.ACCOUNT = lambda: 0, "nobody-has-this-name"
try:
    accounts.server_account()
except errors.ServerFailed as error:
    print(error)
"""


def test_concurrent_starts_create_the_system_account_once(tmp_path: Path) -> None:
    """Found on a new machine: half of them got an id that was gone a moment later."""
    (tmp_path / "useradd").write_text(USERADD)
    (tmp_path / "useradd").chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    command = [sys.executable, "-c", MAKE]
    starts = [
        subprocess.Popen(command, env={"PATH": path}, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    outputs = [start.communicate(timeout=PATIENCE)[0] for start in starts]
    assert all("could not be made" in words for words in outputs), outputs
    assert (tmp_path / "log").read_text().split() == ["begin", "end"] * 3
