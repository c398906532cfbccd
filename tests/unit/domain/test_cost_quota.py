"""Points that come back evenly (A42)."""

from hypothesis import given
from hypothesis import strategies as st

from domain.platform.cost_quota import Account, Budget

BUDGET = Budget(100, 10)


def test_available_points_can_be_spent_and_are_restored() -> None:
    account = Account()
    assert account.consume(BUDGET, 0, 60).remaining == 40
    assert account.consume(BUDGET, 1, 50).remaining == 0
    assert account.consume(BUDGET, 6, 50).remaining == 0


def test_missing_points_give_the_wait_and_charge_nothing() -> None:
    account = Account()
    account.consume(BUDGET, 0, 100)
    refused = account.consume(BUDGET, 0, 20)
    assert (refused.wait_seconds, refused.remaining, refused.seconds_until_full) == (2, 0, 10)
    assert account.consume(BUDGET, 2, 20).wait_seconds == 0


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 100)), max_size=50))
def test_never_more_than_the_budget_and_what_came_back(steps: list[tuple[float, int]]) -> None:
    account, now, spent = Account(), 0.0, 0
    for pause, points in steps:
        now += pause
        if account.consume(BUDGET, now, points).wait_seconds == 0:
            spent += points
    assert spent <= BUDGET.points + now * BUDGET.restore_rate + 1e-6
