"""A rollback is measured over processes that are stopped and killed (X5, S97, L4)."""

import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest

from db.session import Database
from settings import Settings
from tests.support.command import Launch, wait_until_ready
from tests.support.demo_launch import demo_launch, log_in
from tests.support.servers import free_port

BACK = ("phases", "rollback", "supplier_rollout", "--reason", "drill", "--yes")
HAVE_IT = r"1 of 1 \(1 processes, 0 streams\) have it: \d+ ms, 95 % after \d+ ms, within 30 s"


@pytest.fixture
async def launch(database: Database, settings: Settings) -> AsyncIterator[Launch]:
    async with demo_launch(database, settings, HEALTH_RECHECK_SECONDS="0.01") as launch:
        yield launch


def test_a_process_killed_before_the_rollback_is_unknown(launch: Launch) -> None:
    """Its clients keep the old values until they have found another: nobody can say when."""
    second = launch.with_env(PORT=str(free_port()))
    with ExitStack() as stack:
        stack.enter_context(launch.running("serve"))
        frozen = stack.enter_context(second.running("serve")).process
        for item in (launch, second):
            wait_until_ready(f"http://127.0.0.1:{item.env['PORT']}")
        log_in(launch)
        launch("phases", "activate", "supplier_rollout", "--accept-warnings", "--yes")
        os.kill(frozen.pid, signal.SIGSTOP)
        with launch.running(*BACK) as rollback:
            rollback.wait_for(rf"1 of 2 .*waiting for \S+:{frozen.pid}:")
            frozen.kill()
            rollback.wait_for(rf"1 of 2 .*unknown: 1 process; waiting for \S+:{frozen.pid}:")


def test_a_rollback_shows_when_all_processes_served_it(launch: Launch) -> None:
    with launch.running("serve"):
        wait_until_ready(launch.env["LAUNCH_URL"])
        log_in(launch)
        launch("phases", "activate", "supplier_rollout", "--accept-warnings", "--yes")
        assert re.search(HAVE_IT, launch(*BACK))


def test_a_rehearsal_is_run_by_a_worker_and_shown(launch: Launch) -> None:
    """X4: exit 0 where it passed; the phase is as before."""
    with launch.running("serve"), launch.running("worker"):
        wait_until_ready(launch.env["LAUNCH_URL"])
        log_in(launch)
        before = launch.json("phases", "list")
        shown = launch("phases", "rehearse", "supplier_rollout")
        assert re.search(r"100 %: 500 of 500 synthetic users\nfault noticed after", shown)
        assert re.search(r"rollback: 101 of 101 \(1 processes, 100 streams\) have it", shown)
        assert shown.endswith("rehearsal 1 PASSED\n")
        assert launch.json("phases", "list") == before
