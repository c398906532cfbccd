"""Counting what flags were served as: nothing is lost, counted twice or kept (A23)."""

from collections import Counter
from collections.abc import Sequence
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from domain.flags.exposures import EXACT, MAX_PENDING, Exposure, Exposures
from domain.flags.flags import Evaluation, EvaluationReason, missing

OUTCOMES = [
    Evaluation(key, value, EvaluationReason.SPLIT, 1) for key in "abc" for value in (True, False)
]
# Answers share objects, and are shared themselves; equal ones that are not the same come too.
answers = st.lists(st.sampled_from([*OUTCOMES, missing("a"), missing("z")]), max_size=6)
sequences = st.lists(answers, max_size=8).flatmap(
    lambda pool: st.lists(st.sampled_from(pool or [[]]), max_size=3 * MAX_PENDING)
)


def serve(exposures: Exposures, answer: Sequence[Evaluation]) -> None:
    """As a process does."""
    if exposures.is_due():
        exposures.add(answer)


@given(sequences)
def test_every_answer_is_counted_once(batches: list[list[Evaluation]]) -> None:
    exposures = Exposures()
    for answer in batches:
        serve(exposures, answer)
    expected = Counter(
        (item.key, item.value) for answer in batches for item in answer if item.error_code is None
    )
    assert exposures.take() == dict(expected)
    assert exposures.take() == {}


def test_little_is_kept() -> None:
    exposures = Exposures()
    for _ in range(10 * MAX_PENDING + 5):
        serve(exposures, OUTCOMES)
    assert len(exposures._pending) < MAX_PENDING
    assert exposures.take()["a", True] == 10 * MAX_PENDING + 5


def test_of_very_many_one_in_eight_counts_for_all() -> None:
    """Exact again after the next look."""
    turn = count()
    exposures = Exposures(bits=lambda bits: next(turn) % 2**bits)
    for _ in range(EXACT + 8_000):
        serve(exposures, OUTCOMES[:1])
    assert exposures.take() == {("a", True): EXACT + 8_000}
    serve(exposures, OUTCOMES[:1])
    assert exposures.take() == {("a", True): 1}


def test_counts_that_could_not_be_stored_are_put_back() -> None:
    exposures = Exposures()
    serve(exposures, OUTCOMES[:1])
    taken_out = exposures.take()
    serve(exposures, OUTCOMES[:2])
    exposures.put_back(taken_out)
    assert exposures.take() == {("a", True): 2, ("a", False): 1}


def test_the_share_is_of_what_was_served() -> None:
    assert (Exposure(1, 2).total, Exposure(1, 2).on_share) == (3, 33.33)
    assert Exposure().on_share is None
