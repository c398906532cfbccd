"""Which change may have caused an incident (SPEC X8)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from domain.suspects import WINDOW, Candidate, Onset, exposure_of, rank

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
RUN = UUID(int=7)


def candidate(
    seconds: float, key: str = "chat", exposure: float = 0.0, run_id: UUID | None = None
) -> Candidate:
    return Candidate(uuid4(), NOW - timedelta(seconds=seconds), key, exposure, run_id)


def test_the_nearer_change_leads() -> None:
    far, near = candidate(600), candidate(30)
    assert [item.id for item in rank(Onset(NOW), [far, near], 5)] == [near.id, far.id]


def test_an_affected_feature_outweighs_a_little_time() -> None:
    near, affected = candidate(30, "other"), candidate(120, "chat")
    found = rank(Onset(NOW, {"chat"}), [near, affected], 5)
    assert found[0].id == affected.id
    assert found[0].why == ("2 min before it began", "chat is one of the affected features")


def test_exposure_and_the_run_count_and_are_said() -> None:
    (found,) = rank(Onset(NOW, run_id=RUN), [candidate(0.5, exposure=0.25, run_id=RUN)], 5)
    assert found.why[1:] == ("moved 25 % of the users", "belongs to the same phase")


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
    found = rank(Onset(NOW, {"chat"}, RUN), candidates, limit)
    scores = [item.score for item in found]
    assert len(found) <= limit
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert all(item.why for item in found)
