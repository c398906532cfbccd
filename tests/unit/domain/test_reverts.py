"""Whether a change of a flag can be undone, and what that gives (X8)."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.flags.flags import Flag
from domain.flags.reverts import is_revertible, moved_fields, reverted, reverted_groups
from domain.flags.run_holds import FlagParts, FlagValues, RunHold
from domain.platform.percent import Percent
from tests.unit.domain.builders import make_flag

RUN = UUID(int=7)


def state(enabled: bool = True, percentage: float = 50, groups: tuple[str, ...] = ()) -> Flag:
    return make_flag(enabled=enabled, percentage=percentage, groups=groups)


def limited(ceiling: float) -> Flag:
    """A flag that a live run would have at 25 %, and a person keeps below."""
    parts = FlagParts(
        FlagValues(False, Percent(0)),
        RunHold(RUN, True, Percent(100), Percent(25), Percent(ceiling), "Ann"),
    )
    return replace(state(percentage=ceiling), parts=parts)


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
def test_a_change_is_revertible_while_its_fields_are_unchanged(
    before: dict[str, object] | None,
    after: dict[str, object] | None,
    current: Flag,
    expected: bool,
) -> None:
    assert is_revertible(before, after, current, "updated") is expected


@pytest.mark.parametrize("action", ["activated", "advanced", "completed", "rolled back"])
def test_a_change_by_a_run_is_not_revertible(action: str) -> None:
    """D1: a change made by a step cannot be reverted on its own."""
    assert not is_revertible(OFF, HALF, state(), action)


def test_a_release_from_the_ramp_is_not_revertible() -> None:
    run_fields = {"runId": str(RUN), "runTargetPercentage": 100.0}
    released = {"runId": str(RUN), "runTargetPercentage": None}
    assert not is_revertible(
        {**HALF, **run_fields}, {**FULL, **released}, state(percentage=100), "updated"
    )


def test_a_flag_that_a_rollback_switched_off_is_not_switched_on_by_a_revert() -> None:
    parts = FlagParts(FlagValues(True, Percent(50)), RunHold(RUN, switch=False))
    off = replace(state(enabled=False), parts=parts)
    assert not is_revertible(HALF, OFF, off, "switched off")


@pytest.mark.parametrize(("before", "expected"), [(None, None), (10.0, Percent(10))])
def test_a_limit_goes_back_to_the_limit_of_before(
    before: float | None, expected: Percent | None
) -> None:
    earlier = {**audited(True, 25), "runCeilingPercentage": before}
    parts = reverted(earlier, audited(True, 5), limited(5), is_live=True)
    assert parts.hold is not None
    assert parts.hold.ceiling == expected
    assert parts.owner == FlagValues(False, Percent(0))


def test_only_what_the_change_moved_is_put_back() -> None:
    assert moved_fields(OFF, HALF) == ("enabled",)
    current = state(percentage=75, groups=("beta",))
    result = reverted(OFF, HALF, current, is_live=False)
    assert result == FlagParts(FlagValues(False, Percent(75)))
    assert reverted_groups(OFF, HALF, current) == ["beta"]
