"""A23: which flags may go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.flags.flags import Flag
from domain.flags.staleness import AFTER, Staleness, staleness
from tests.unit.domain.builders import make_flag

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LONG_AGO, LATELY = NOW - AFTER - timedelta(seconds=1), NOW - AFTER


def flag(changed: datetime, *, percentage: float = 100, groups: tuple[str, ...] = ()) -> Flag:
    """Made long ago."""
    return replace(
        make_flag(percentage=percentage, groups=groups),
        created_at=LONG_AGO,
        updated_at=changed,
    )


@pytest.mark.parametrize(
    ("flag_under_test", "evaluated", "expected"),
    [
        (flag(LONG_AGO), LATELY, Staleness.SETTLED),
        (flag(LATELY), LATELY, Staleness.IN_USE),
        (flag(LONG_AGO, percentage=99.9), LATELY, Staleness.IN_USE),
        (flag(LONG_AGO, groups=("supplier",)), LATELY, Staleness.IN_USE),
        (replace(flag(LONG_AGO), enabled=False), LATELY, Staleness.IN_USE),
        (flag(LONG_AGO), LONG_AGO, Staleness.UNUSED),
        (flag(LONG_AGO), None, Staleness.UNUSED),
        (replace(flag(LATELY), created_at=LATELY), None, Staleness.IN_USE),
    ],
)
def test_a_flag_is_stale_after_thirty_days(
    flag_under_test: Flag, evaluated: datetime | None, expected: Staleness
) -> None:
    assert staleness(flag_under_test, evaluated, NOW) is expected
