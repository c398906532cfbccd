"""The report of an incident: everything in it, nothing in it is markup of others (A35)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.incidents.incident_markdown import (
    EntryFact,
    EpisodeFact,
    IncidentFacts,
    SuspectFact,
    markdown,
)

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
BARE = IncidentFacts(
    number=4,
    title="Cards are refused",
    type="payment",
    severity="high",
    status="open",
    occurrences=1,
    opened_at=NOW,
)
FULL = replace(
    BARE,
    status="resolved",
    occurrences=3,
    acknowledged_at=NOW + timedelta(seconds=65),
    acknowledged_by="ann@wedsync.com",
    resolved_at=NOW + timedelta(hours=26, seconds=1),
    description="All of them.\n\nBy hand:\n- [ ] Tell *support*",
    user_impact="Nobody can pay",
    affected_features=["mvp_pay"],
    resolution="New cards",
    episodes=[
        EpisodeFact(
            1,
            "Cards are refused",
            NOW - timedelta(seconds=40),
            NOW,
            NOW + timedelta(minutes=3),
            "709 ms",
        )
    ],
    suspects=[SuspectFact(NOW, "bob", "mvp_pay switched on", 0.8, ["40 s before it began"])],
    timeline=[EntryFact(NOW, "bob", "Incident 4 opened", "why not")],
    more_events=True,
)

DOCUMENT = """\
# Incident 4: Cards are refused

- high, resolved, payment
- opened 2026-06-01 09:00:00 UTC, reported 3 times
- taken 2026-06-01 09:01:05 UTC by ann@wedsync.com, after 65 s
- resolved 2026-06-02 11:00:01 UTC, after 26 h 0 min
- features: mvp\\_pay

## What happened

All of them.  
By hand:  
- [ ] Tell \\*support\\*

## Episodes

- 1. began 2026-06-01 08:59:20 UTC, noticed after 40 s, lasted 3 min: Cards are refused (709 ms)

## Impact

Nobody can pay  

## Resolution

New cards  

## Changes just before

- 80% 2026-06-01 09:00:00 UTC bob: mvp\\_pay switched on (40 s before it began)

## Timeline

- 2026-06-01 09:00:00 UTC bob: Incident 4 opened (why not)
- and more
"""  # noqa: W291 - two blanks are a line break


def test_the_whole_document() -> None:
    assert markdown(FULL) == DOCUMENT


def test_an_empty_section_has_no_heading() -> None:
    document = markdown(BARE)
    assert document.splitlines()[0] == "# Incident 4: Cards are refused"
    assert "##" not in document
    assert "taken" not in document


def test_user_text_is_escaped() -> None:
    document = markdown(replace(BARE, title="<b>#1</b>\n# Two", description="# Big\n> <script>"))
    assert "# Incident 4: \\<b\\>\\#1\\</b\\> \\# Two" in document
    assert "\\# Big" in document
    assert "<script>" not in document
    lists = markdown(replace(BARE, description="1. one\n- two\n===\n3 cards"))
    assert "1\\. one  \n\\- two  \n\\===  \n3 cards" in lists


@pytest.mark.parametrize(("days", "is_said"), [(1, True), (0, False)])
def test_a_report_says_that_its_events_were_archived(days: int, *, is_said: bool) -> None:
    """ADR 43."""
    edge = BARE.opened_at + timedelta(days=days)
    document = markdown(replace(BARE, archived_before=edge))
    assert ("are in an archive: the timeline lacks them" in document) is is_said
