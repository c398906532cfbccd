"""Buckets: the same for ever, even, and independent between flags (decision 3, A1, S92)."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.flags.flags import bucket
from domain.platform.percent import BUCKETS

USERS = [f"user_{number}" for number in range(10_000)]
FLAGS = ["mvp_advanced_features", "mvp_supplier_dashboard", "mvp_couple_dashboard", "mvp_test"]
# Critical values of chi-square at p = 0.001, for 1 and for 99 degrees of freedom.
CHI_1, CHI_99 = 10.83, 148.23


@pytest.mark.parametrize(
    ("salt", "key", "expected"),
    [
        ("mvp_advanced_features", "user_0", 4650),
        ("mvp_advanced_features", "user_1", 5404),
        ("mvp_advanced_features", "user_99", 7455),
        ("mvp_supplier_dashboard", "user_0", 7044),
        ("mvp_supplier_dashboard", "6f9619ff-8b86-d011-b42d-00c04fc964ff", 4175),
        ("mvp_test_feature", "anonymous", 8776),
        ("mvp_test_feature", "zoë@example.com", 5875),
        ("mvp_test_feature", "", 7006),
        ("edge", "user_14592", 0),
        ("edge", "user_35884", 1),
        ("edge", "user_2220", 9999),
    ],
)
def test_golden_vectors(salt: str, key: str, expected: int) -> None:
    """Computed with sha256sum: a change here would move every user of every live flag."""
    assert bucket(salt, key) == expected


@given(st.text(), st.text())
def test_a_bucket_is_one_of_10_000(salt: str, key: str) -> None:
    assert 0 <= bucket(salt, key) < BUCKETS


@pytest.mark.parametrize(
    ("percentage", "expected"),
    [(0.01, 1), (1, 110), (10, 1022), (25, 2533), (50, 5051), (90, 9028), (99.99, 10_000)],
)
def test_10_000_users_come_close_to_the_percentage(percentage: float, expected: int) -> None:
    """S92; within 1.5 points, and pinned."""
    inside = sum(bucket("mvp_advanced_features", key) < percentage * 100 for key in USERS)
    assert abs(inside - percentage * 100) < 150
    assert inside == expected


@pytest.mark.parametrize("salt", FLAGS)
def test_users_spread_evenly(salt: str) -> None:
    """The source's hash put user_0..99 into 72 buckets of 100."""
    counts = [0] * 100
    for key in USERS:
        counts[bucket(salt, key) // 100] += 1
    assert sum((count - 100) ** 2 / 100 for count in counts) < CHI_99


@pytest.mark.parametrize(("one", "other"), list(combinations(FLAGS, 2)))
def test_two_flags_choose_their_users_independently(one: str, other: str) -> None:
    """Decision 3: with the source's unsalted hash the same users are first for every flag."""
    both = first = second = 0
    for key in USERS:
        a, b = bucket(one, key) < 5000, bucket(other, key) < 5000
        both, first, second = both + (a and b), first + a, second + b
    total = len(USERS)
    expected = first * second / total
    variance = first * second * (total - first) * (total - second) / total**3
    assert (both - expected) ** 2 / variance < CHI_1
