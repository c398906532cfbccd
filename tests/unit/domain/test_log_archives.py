"""Which events may be archived (ADR 43)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Invalid
from domain.overview.log_archives import Need, check_moment, check_webhooks, is_in_use

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("ended_at", "expected"),
    [
        (None, True),
        (NOW, True),
        (NOW - 89 * DAY, True),
        (NOW - 90 * DAY, False),
        (NOW - 400 * DAY, False),
    ],
)
def test_objects_are_in_use_until_90_days_after_their_end(
    ended_at: datetime | None, *, expected: bool
) -> None:
    assert is_in_use(ended_at, NOW) is expected


@pytest.mark.parametrize(
    ("days", "needs", "reason"),
    [
        (90, [], None),
        (91, [], None),
        (89, [], "Events of the last 90 days stay: at the latest 2026-09-02T00:00:00Z."),
        (100, [Need(NOW - 100 * DAY, "incident 3")], None),
        (
            100,
            [Need(NOW - 101 * DAY, "incident 3"), Need(NOW - 102 * DAY, "run 1 of Beta")],
            "needed by run 1 of Beta, incident 3: at the latest 2026-08-21T00:00:00Z.",
        ),
        (
            100,
            [Need(NOW - 150 * DAY + index * DAY, f"incident {index}") for index in range(7)],
            "incident 4 and 2 more: at the latest 2026-07-04T00:00:00Z.",
        ),
    ],
)
def test_events_that_are_young_or_needed_stay(
    days: int, needs: list[Need], reason: str | None
) -> None:
    if reason is None:
        check_moment(NOW - days * DAY, NOW, needs)
        return
    with pytest.raises(Invalid) as raised:
        check_moment(NOW - days * DAY, NOW, needs)
    assert reason in raised.value.message


def test_a_webhook_that_is_behind_keeps_its_events() -> None:
    check_webhooks(10, [("https://a.example", 10), ("https://b.example", 11)])
    with pytest.raises(Invalid, match=r"webhook to https://c\.example has not sent"):
        check_webhooks(10, [("https://a.example", 10), ("https://c.example", 9)])
