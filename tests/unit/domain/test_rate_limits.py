"""The bucket behind every rate limit (S30)."""

from hypothesis import given
from hypothesis import strategies as st

from domain.platform.rate_limits import SECOND, take

MINUTE = 60 * SECOND


def test_bucket_gives_its_tokens_and_then_refuses() -> None:
    full_at, waits = 0, []
    for _ in range(11):
        full_at, wait = take(full_at, 0, 10, MINUTE)
        waits.append(wait)
    assert waits == [0] * 10 + [6 * SECOND]


def test_refused_attempt_does_not_push_the_end_away() -> None:
    assert take(MINUTE, 0, 10, MINUTE) == (MINUTE, 6 * SECOND)


def test_bucket_refills_evenly() -> None:
    assert take(MINUTE, 6 * SECOND, 10, MINUTE) == (MINUTE + 6 * SECOND, 0)


@given(st.lists(st.integers(0, 5 * SECOND)), st.integers(1, 50), st.integers(1, 120))
def test_never_more_than_the_burst_and_the_refill(gaps: list[int], limit: int, per: int) -> None:
    now = full_at = admitted = 0
    for gap in gaps:
        now += gap
        full_at, wait = take(full_at, now, limit, per * SECOND)
        admitted += wait == 0
        assert 0 <= wait <= per * SECOND
    assert admitted <= limit + now // (per * SECOND // limit)
