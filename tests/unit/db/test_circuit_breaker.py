"""A database that is frozen is waited for once a moment, by one (S53, ADR 19)."""

import pytest

from db.circuit_breaker import CONNECT_TIMEOUT_SECONDS, RETRY_AFTER_SECONDS, DatabaseBreaker
from domain.errors import DependencyDown


class Seconds:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def asks(breaker: DatabaseBreaker) -> bool:
    try:
        breaker.check()
    except DependencyDown:
        return False
    return True


def test_a_database_that_answers_is_available() -> None:
    breaker = DatabaseBreaker(Seconds())
    assert all(asks(breaker) for _ in range(3))


def test_after_a_wait_in_vain_one_asks_for_all() -> None:
    clock = Seconds()
    breaker = DatabaseBreaker(clock)
    breaker.trip()
    assert not asks(breaker)
    clock.now += RETRY_AFTER_SECONDS
    assert [asks(breaker) for _ in range(3)] == [True, False, False]
    breaker.reset()
    assert all(asks(breaker) for _ in range(3))


@pytest.mark.parametrize("is_unavailable", [True, False])
def test_a_lost_probe_does_not_keep_the_circuit_open(is_unavailable: bool) -> None:
    clock = Seconds()
    breaker = DatabaseBreaker(clock)
    breaker.trip()
    clock.now += RETRY_AFTER_SECONDS
    assert asks(breaker)
    if is_unavailable:
        clock.now += CONNECT_TIMEOUT_SECONDS
        breaker.trip()
        clock.now += RETRY_AFTER_SECONDS
    else:
        clock.now += CONNECT_TIMEOUT_SECONDS + RETRY_AFTER_SECONDS
    assert asks(breaker)
