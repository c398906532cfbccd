"""What callers fill is bounded in bytes: the whole, and the share of each (D13)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platform.byte_cache import ENTRY_BYTES, ByteCache


def cache(entries: int, of_one: int | None = None) -> ByteCache[str, int]:
    """Room for so many entries of 100 bytes."""
    one = 100 + ENTRY_BYTES
    return ByteCache(entries * one, max_owner_bytes=None if of_one is None else of_one * one)


def keys(entries: ByteCache[str, int], names: str) -> str:
    return "".join(name for name in names if name in entries)


def test_the_entry_that_was_not_used_for_longest_goes_first() -> None:
    entries = cache(3)
    for name in "abc":
        entries.put(name, 1, 100)
    assert entries.get("a") == 1
    entries.put("d", 1, 100)
    assert keys(entries, "abcd") == "acd"
    assert entries.size == entries.max_bytes


def test_an_entry_that_is_replaced_counts_once() -> None:
    entries = cache(3)
    entries.put("a", 1, 100)
    entries.put("a", 2, 200)
    assert (entries.get("a"), len(entries), entries.size) == (2, 1, 200 + ENTRY_BYTES)


def test_an_entry_that_is_too_large_is_not_kept_and_takes_the_old_one_away() -> None:
    entries = cache(3)
    entries.put("a", 1, 100)
    assert not entries.put("a", 2, 10_000)
    assert (entries.get("a"), entries.size) == (None, 0)


def test_a_caller_pushes_out_its_own_first() -> None:
    entries = cache(4, of_one=2)
    entries.put("a", 1, 100, "anna")
    for name in "bcd":
        entries.put(name, 1, 100, "bert")
    assert keys(entries, "abcd") == "acd"
    entries.get("c")
    entries.put("e", 1, 100, "bert")
    assert keys(entries, "abcde") == "ace"


def test_evictions_are_reported_and_removals_are_not() -> None:
    evicted: list[tuple[str, int]] = []
    entries: ByteCache[str, int] = ByteCache(
        2 * (100 + ENTRY_BYTES), on_evict=lambda key, value: evicted.append((key, value))
    )
    for number, name in enumerate("abc"):
        entries.put(name, number, 100)
    assert (entries.pop("b"), entries.pop("b")) == (1, None)
    assert evicted == [("a", 0)]
    entries.clear()
    assert (len(entries), entries.size, evicted) == (0, 0, [("a", 0)])


STEPS = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"), st.integers(0, 3_000), st.sampled_from(["anna", "bert", None])
    )
)


@given(STEPS)
def test_neither_the_whole_nor_a_share_is_ever_exceeded(
    steps: list[tuple[str, int, str | None]],
) -> None:
    entries: ByteCache[str, int] = ByteCache(4_000, max_owner_bytes=2_500)
    sizes: dict[str, tuple[int, str | None]] = {}
    for key, size, owner in steps:
        if entries.put(key, size, size, owner):
            sizes[key] = (size + ENTRY_BYTES, owner)
        remaining = {name: sizes[name] for name in sizes if name in entries}
        assert entries.size == sum(size for size, _ in remaining.values()) <= 4_000
        for owner_name in ("anna", "bert", None):
            assert sum(size for size, owner in remaining.values() if owner == owner_name) <= 2_500


@pytest.mark.parametrize("size", [0, 1])
def test_an_entry_costs_more_than_its_value(size: int) -> None:
    entries = ByteCache[int, None](10 * (ENTRY_BYTES + size))
    for key in range(1_000):
        entries.put(key, None, size)
    assert len(entries) == 10
