"""Which change may have caused an incident (X8)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.incidents.suspects import (
    WINDOW,
    Candidate,
    Onset,
    exposure_of,
    is_regrouped,
    is_undone,
    rank,
)

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
RUN = UUID(int=7)


def candidate(
    seconds: float, key: str = "chat", exposure: float = 0.5, run_id: UUID | None = None
) -> Candidate:
    return Candidate(uuid4(), NOW - timedelta(seconds=seconds), key, exposure, run_id)


def undone(*seconds: float) -> Candidate:
    """A change of a minute before, reverted so many seconds after the onset."""
    moments = [NOW + timedelta(seconds=after) for after in seconds]
    return replace(candidate(60), reverted_at=moments)


def later(seconds: float | None) -> datetime | None:
    return None if seconds is None else NOW + timedelta(seconds=seconds)


def test_the_nearer_change_leads() -> None:
    far, near = candidate(600), candidate(30)
    assert [item.id for item in rank(Onset(NOW), [far, near], 5)] == [near.id, far.id]


def test_an_affected_feature_outweighs_a_little_time() -> None:
    near, affected = candidate(30, "other"), candidate(120, "chat")
    suspects = rank(Onset(NOW, {"chat"}), [near, affected], 5)
    assert suspects[0].id == affected.id
    assert suspects[0].why == (
        "2 min before it began",
        "chat is one of the affected features",
        "moved 50 % of the users",
    )


def test_exposure_and_the_run_count_and_are_said() -> None:
    (suspect,) = rank(Onset(NOW, run_id=RUN), [candidate(0.5, exposure=0.25, run_id=RUN)], 5)
    assert suspect.why[1:] == ("moved 25 % of the users", "belongs to the same phase")


def test_changes_at_or_after_the_onset_or_long_before_are_no_suspects() -> None:
    late, early = candidate(0), candidate(WINDOW.total_seconds() + 1)
    assert rank(Onset(NOW), [late, candidate(-5), early], 5) == []


def test_exposure_is_the_share_that_moved() -> None:
    off, on = (
        {"enabled": False, "rolloutPercentage": 50},
        {"enabled": True, "rolloutPercentage": 50},
    )
    assert exposure_of(off, on) == 0.5
    assert exposure_of(None, on) == 0.5
    assert exposure_of(on, on) == 0
    assert exposure_of({"enabled": True, "rolloutPercentage": "?"}, None) == 0


def test_a_rollback_is_no_suspect() -> None:
    cure = replace(candidate(30), action="rolled back")
    assert rank(Onset(NOW), [cure], 5) == []


@pytest.mark.parametrize(
    ("reverted", "open_since", "ended", "confirmed"),
    [
        ((100,), None, 200, True),
        ((200,), None, 200, True),  # in the moment of its end
        ((201,), None, 200, False),  # it was over already
        ((100,), None, None, False),  # it goes on
        ((-10,), None, 200, False),  # before it began
        ((100,), 150, 200, False),  # it came back in spite of it
        ((100, 170), 150, 200, True),  # reverted again after that
        ((), None, 200, False),
    ],
)
def test_a_revert_that_was_its_end_confirms_the_cause(
    reverted: tuple[int, ...], open_since: int | None, ended: int | None, confirmed: bool
) -> None:
    since, over = later(open_since), later(ended)
    (suspect,) = rank(Onset(NOW, open_since=since, ended_at=over), [undone(*reverted)], 5)
    assert suspect.confirmed is confirmed
    assert (suspect.score == 1) is confirmed
    assert ("was reverted since" in suspect.why) is bool(reverted)


def test_the_confirmed_cause_leads() -> None:
    near, cause = candidate(1, exposure=1.0), undone(100)
    onset = Onset(NOW, {"chat"}, ended_at=NOW + timedelta(seconds=200))
    assert [item.id for item in rank(onset, [near, cause], 5)] == [cause.id, near.id]


def test_other_groups_count_half_of_the_users() -> None:
    regrouped = replace(candidate(60, exposure=0.0), regrouped=True)
    half, moved = (rank(Onset(NOW), [item], 1)[0] for item in (candidate(60), regrouped))
    assert moved.why[-1] == "changed the target groups"
    assert moved.score == pytest.approx(half.score)


def test_closeness_in_time_is_never_enough() -> None:
    """L18: nothing likely is an answer."""
    planned = candidate(16, exposure=0.0, run_id=RUN)  # such as a phase that was only planned
    few = candidate(1, "other", exposure=0.05)
    undone = replace(candidate(30, exposure=1.0), undone=True)
    assert rank(Onset(NOW, {"chat"}, RUN), [planned, few, undone], 5) == []


@pytest.mark.parametrize(
    ("before", "last", "expected"),
    [
        ((False, 50), (False, 60), True),
        ((True, 50), (True, 50), True),
        ((True, 50), (False, 50), False),
        ((True, 50), (True, 60), False),
        (None, (False, 0), True),
        (None, (True, 5), False),
    ],
)
def test_a_change_is_undone_where_people_see_what_they_saw_before(
    before: tuple[bool, int] | None, last: tuple[bool, int], expected: bool
) -> None:
    states = [
        None if state is None else {"enabled": state[0], "rolloutPercentage": state[1]}
        for state in (before, last)
    ]
    assert is_undone(*states) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"targetGroups": []}, {"targetGroups": ["beta"], "enabled": True}, True),
        ({"targetGroups": []}, {"targetGroups": ["beta"], "enabled": False}, False),
        ({"targetGroups": ["beta"]}, {"targetGroups": ["beta"], "enabled": True}, True),
        (None, {"targetGroups": ["beta"], "enabled": True}, True),
        ({"targetGroups": ["beta"], "enabled": True}, {"targetGroups": ["beta"]}, True),
    ],
)
def test_groups_count_where_the_flag_is_on(
    before: dict[str, object] | None, after: dict[str, object], expected: bool
) -> None:
    assert is_regrouped(before, after) is expected


@given(
    st.lists(
        st.builds(
            candidate,
            st.floats(-100, 2000),
            st.sampled_from(["chat", "mail"]),
            st.floats(0, 1),
            st.sampled_from([None, RUN]),
        ),
        max_size=30,
    ),
    st.integers(1, 20),
)
def test_scores_lie_between_0_and_1_and_fall(candidates: list[Candidate], limit: int) -> None:
    suspects = rank(Onset(NOW, {"chat"}, RUN), candidates, limit)
    scores = [item.score for item in suspects]
    assert len(suspects) <= limit
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert all(item.why for item in suspects)
