"""Every kind of job has a concurrency limit and a retry schedule of its own (D10, R5, F1)."""

import asyncio
import socket
import threading

import pytest

from jobs.kinds import KINDS
from jobs.loop import NameLoop
from jobs.worker import HANDLERS, WEBHOOK_HANDLERS

MINUTE, HOUR = 60.0, 3_600.0


def test_every_kind_is_listed() -> None:
    assert set(KINDS) == {*HANDLERS, *WEBHOOK_HANDLERS}


@pytest.mark.parametrize(
    ("name", "concurrency", "first", "longest", "at_least"),
    [
        ("phases.ramp", 20, 1, 15, 4 * HOUR),
        ("phases.count_impact", 5, 2, MINUTE, 3 * HOUR),
        ("phases.rehearse", 5, 1, 10, 9 * MINUTE),
        ("alerts.incident", 20, 0.5, 15, 2 * HOUR),
        ("onboarding.help", 20, 1, 60, 3 * HOUR),
        ("mail.send", 100, 2.5, 60, 8 * MINUTE),
        ("webhooks.deliver", 50, 1, 60, 7 * MINUTE),
        ("webhooks.redeliver", 10, 1, 10, 20),
        ("onboarding.look_after", 10, 15, HOUR, 12 * HOUR),
        ("onboarding.works_again", 5, 5, 10 * MINUTE, 2 * HOUR),
    ],
)
def test_limits_and_schedules(
    name: str, concurrency: int, first: float, longest: float, at_least: float
) -> None:
    kind = KINDS[name]
    assert (kind.concurrency, kind.retry_seconds, kind.max_retry_seconds) == (
        concurrency,
        first,
        longest,
    )
    assert kind.tried_for_seconds >= at_least
    assert kind.limit_seconds <= 2 * MINUTE


@pytest.mark.parametrize(("name", "seconds"), [("mail.send", 497.5), ("webhooks.redeliver", 25)])
def test_the_first_retry_follows_after_the_first_delay(name: str, seconds: float) -> None:
    assert KINDS[name].tried_for_seconds == seconds


def test_names_that_hang_delay_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than any pool of threads has, and the end of the loop waits for none of them."""
    over = threading.Event()
    look_up = socket.getaddrinfo

    def getaddrinfo(host: str, *rest: object, **hints: object) -> object:
        if host == "stalled.test":
            over.wait()
        return look_up("127.0.0.1", *rest, **hints)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    async def main() -> object:
        loop = asyncio.get_running_loop()
        hanging = [asyncio.ensure_future(loop.getaddrinfo("stalled.test", 80)) for _ in range(100)]
        addresses = await loop.getaddrinfo("other.test", 80, type=socket.SOCK_STREAM)
        assert not any(item.done() for item in hanging)
        return addresses[0][4]

    try:
        with asyncio.Runner(loop_factory=NameLoop) as runner:
            assert runner.run(main()) == ("127.0.0.1", 80)
    finally:
        over.set()
