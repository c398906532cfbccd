"""Counting who has which flags, inside one process (X5)."""

import pytest

from services.propagation.delivery_acks import KEPT_STEPS, DeliveryAcks, Step


class Ticks:
    """A local clock that tests set."""

    def __init__(self) -> None:
        self.ms = 1_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def receipts(ticks: Ticks) -> DeliveryAcks:
    """A process that serves version 1."""
    acks = DeliveryAcks(ticks, "me")
    acks.serves(1)
    return acks


def newest(receipts: DeliveryAcks) -> Step:
    return receipts.steps[-1]


def test_the_version_that_a_process_starts_with_is_no_change(receipts: DeliveryAcks) -> None:
    assert (newest(receipts).initial, newest(receipts).clients) == (True, 0)


def test_streams_that_are_open_are_expected(receipts: DeliveryAcks) -> None:
    receipts.join(None, 1)
    receipts.serves(2)
    assert (newest(receipts).clients, dict(newest(receipts).delays)) == (1, {})


def test_a_stream_that_opens_later_has_it_already(receipts: DeliveryAcks) -> None:
    receipts.serves(2)
    receipts.handed(receipts.join(None, 2), 2)
    assert (newest(receipts).clients, dict(newest(receipts).delays)) == (0, {})


def test_a_hand_over_is_counted_once_with_its_delay(receipts: DeliveryAcks, ticks: Ticks) -> None:
    receiver = receipts.join(None, 1)
    receipts.serves(2)
    ticks.ms += 125
    receipts.handed(receiver, 2)
    receipts.handed(receiver, 2)
    assert dict(newest(receipts).delays) == {12: 1}


def test_a_slow_stream_that_skips_a_version_has_both(receipts: DeliveryAcks) -> None:
    receiver = receipts.join(None, 1)
    receipts.serves(2)
    receipts.serves(5)
    receipts.handed(receiver, 5)
    assert [dict(step.delays) for step in receipts.steps[1:]] == [{0: 1}, {0: 1}]


def test_a_stream_that_leaves_is_no_longer_expected(receipts: DeliveryAcks) -> None:
    first, second = receipts.join(None, 1), receipts.join(None, 1)
    receipts.serves(2)
    receipts.handed(first, 2)
    for receiver in (first, second, second):
        receipts.leave(receiver)
    assert (newest(receipts).clients, dict(newest(receipts).delays)) == (1, {0: 1})
    assert receipts.live == 0


def test_a_client_confirms_once_what_was_handed_to_it(receipts: DeliveryAcks) -> None:
    receiver = receipts.join(None, 1)
    receipts.serves(2)
    assert not receipts.confirm(receiver, 2)
    receipts.handed(receiver, 2)
    assert receipts.confirm(receiver, 2)
    assert receipts.confirm(receiver, 2)
    assert newest(receipts).confirmed == 1


@pytest.mark.parametrize("version", [-1, 0, 3, 2**31 - 1])
def test_versions_that_never_were_are_ignored(receipts: DeliveryAcks, version: int) -> None:
    receiver = receipts.join(None, 1)
    receipts.serves(2)
    receipts.handed(receiver, 2)
    assert not receipts.confirm(receiver, version)


def test_only_the_newest_versions_are_kept(receipts: DeliveryAcks) -> None:
    for version in range(2, 100):
        receipts.serves(version)
    assert [step.version for step in receipts.steps] == list(range(100 - KEPT_STEPS, 100))


def test_a_restored_backup_starts_the_count_again(receipts: DeliveryAcks) -> None:
    receiver = receipts.join(None, 1)
    receipts.serves(9)
    receipts.handed(receiver, 9)
    receipts.serves(4)
    receipts.handed(receiver, 4)
    assert [(step.version, step.clients, dict(step.delays)) for step in receipts.steps] == [
        (4, 1, {0: 1})
    ]


def test_the_same_version_twice_is_no_step(receipts: DeliveryAcks) -> None:
    heard: list[int] = []
    receipts.on_step(heard.append)
    receipts.serves(2)
    receipts.serves(2)
    assert heard == [2]
