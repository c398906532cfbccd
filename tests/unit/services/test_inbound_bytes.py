"""What waits is counted for each caller and for all (SEC9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platform.inbound_bytes import InboundBytes, NoRoom


def test_a_caller_has_a_limit_and_so_has_the_process() -> None:
    inbound = InboundBytes(max_process=100)
    inbound.take("anna", 60, most=60)
    with pytest.raises(NoRoom):
        inbound.take("anna", 1, most=60)
    inbound.take("bert", 40, most=60)
    with pytest.raises(NoRoom):
        inbound.take("carl", 1, most=60)
    inbound.give_back("anna", 10)
    inbound.take("carl", 10, most=60)
    assert inbound.size == 100


def test_a_share_is_released_after_an_error() -> None:
    inbound = InboundBytes(max_process=100)
    with inbound.share("anna", most=50) as share:
        share.grow(50)
        with pytest.raises(NoRoom):
            share.grow(1)
        assert inbound.size == share.size == 50
    assert inbound.size == 0
    inbound.take("anna", 50, most=50)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 40))))
def test_neither_limit_is_ever_exceeded(steps: list[tuple[str, int]]) -> None:
    inbound, sizes = InboundBytes(max_process=100), {"a": 0, "b": 0, "c": 0}
    for caller, size in steps:
        try:
            inbound.take(caller, size, most=50)
        except NoRoom:
            inbound.give_back(caller, sizes[caller])
            sizes[caller] = 0
        else:
            sizes[caller] += size
        assert inbound.size == sum(sizes.values()) <= 100
        assert max(sizes.values()) <= 50
