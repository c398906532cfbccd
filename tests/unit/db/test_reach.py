"""A database that is frozen is waited for once a moment, by one (S53, ADR 19)."""

import pytest

from db.reach import CONNECT_SECONDS, PAUSE_SECONDS, Reach
from domain.errors import DependencyDown


class Seconds:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def asks(reach: Reach) -> bool:
    try:
        reach.check()
    except DependencyDown:
        return False
    return True


def test_nobody_is_kept_from_one_that_answers() -> None:
    reach = Reach(Seconds())
    assert all(asks(reach) for _ in range(3))


def test_after_a_wait_in_vain_one_asks_for_all() -> None:
    clock = Seconds()
    reach = Reach(clock)
    reach.lost()
    assert not asks(reach)
    clock.now += PAUSE_SECONDS
    assert [asks(reach) for _ in range(3)] == [True, False, False]
    reach.found()
    assert all(asks(reach) for _ in range(3))


@pytest.mark.parametrize("says", [True, False])
def test_one_that_never_came_back_keeps_nobody_out_for_long(says: bool) -> None:
    clock = Seconds()
    reach = Reach(clock)
    reach.lost()
    clock.now += PAUSE_SECONDS
    assert asks(reach)
    if says:
        clock.now += CONNECT_SECONDS
        reach.lost()
        clock.now += PAUSE_SECONDS
    else:
        clock.now += CONNECT_SECONDS + PAUSE_SECONDS
    assert asks(reach)
