"""Whether a change of a flag can be undone, and what that gives (SPEC X8)."""

import pytest

from domain.flags import FlagState
from domain.percent import Percent
from domain.reverts import is_revertible, moved_fields, reverted


def state(enabled: bool = True, percentage: float = 50, groups: tuple[str, ...] = ()) -> FlagState:
    return FlagState(enabled, Percent(percentage), groups, 3)


def audited(enabled: bool = True, percentage: float = 50, *groups: str) -> dict[str, object]:
    return {"enabled": enabled, "rolloutPercentage": percentage, "targetGroups": list(groups)}


OFF, HALF, FULL = audited(False), audited(True, 50), audited(True, 100)


@pytest.mark.parametrize(
    ("before", "after", "current", "expected"),
    [
        (OFF, HALF, state(), True),
        (OFF, HALF, state(enabled=False), False),  # somebody switched it off since
        (HALF, FULL, state(percentage=100), True),
        (HALF, FULL, state(percentage=75), False),
        (HALF, FULL, state(enabled=False, percentage=100), False),  # a rollback switched it off
        (OFF, HALF, state(percentage=75), True),  # another field moved since: it stays
        (None, HALF, state(), False),  # a creation
        (HALF, {**HALF, "name": "Other"}, state(), False),  # nothing of the state moved
        (audited(), audited(True, 50, "beta"), state(groups=("beta",)), True),
    ],
)
def test_it_is_revertible_while_nobody_moved_the_same_again(
    before: dict[str, object] | None,
    after: dict[str, object] | None,
    current: FlagState,
    expected: bool,
) -> None:
    assert is_revertible(before, after, current) is expected


def test_only_what_the_change_moved_is_put_back() -> None:
    assert moved_fields(OFF, HALF) == ("enabled",)
    found = reverted(OFF, HALF, state(percentage=75, groups=("beta",)))
    assert found == FlagState(False, Percent(75), ("beta",), 3)
