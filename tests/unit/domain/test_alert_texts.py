"""What people read, and what they never see (S117)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.alerting.alert_channels import Channel, channels_of, masked, split
from domain.alerting.alert_deliveries import Delivery, deliveries_of, dropped, pause, tried
from domain.alerting.alert_texts import NO_BRIEFING, Briefing, body, headline
from domain.alerting.alerts import Alert, AlertKind, follow
from domain.incidents.incidents import Severity
from tests.unit.domain.builders import NOW
from tests.unit.domain.test_alerts import BAD, GOOD

LINK = "https://launch.wedsync.app"
FIRING, RESOLVED = AlertKind.FIRING, AlertKind.RESOLVED
LATER = NOW + timedelta(minutes=3)


def burning() -> Alert:
    step = follow(None, BAD, NOW)
    assert step is not None
    return step.alert


def over() -> Alert:
    step = follow(burning(), GOOD, LATER)
    assert step is not None
    return step.alert


def test_a_firing_one_says_what_a_team_needs() -> None:
    briefing = Briefing(12, ["2026-01-01 ann: Flag x switched on"])
    text = body(burning(), FIRING, briefing, LINK, LATER)
    assert headline(burning(), FIRING, LATER) == "[HIGH] Database check is critical"
    for part in ("Database: refused", "(3 min ago)", "#12", "- 2026-01-01 ann: Flag x", LINK):
        assert part in text


def test_without_a_database_it_says_so() -> None:
    text = body(burning(), FIRING, Briefing(away=True), LINK, LATER)
    assert "The database does not answer: no incident yet." in text
    assert "Changed" not in text


def test_no_change_is_an_answer_too() -> None:
    text = body(burning(), FIRING, Briefing(12, []), LINK, LATER)
    assert "No change of the 15 minutes before is a likely cause." in text


def test_the_end_says_how_long_it_took() -> None:
    assert headline(over(), RESOLVED, LATER) == "[RESOLVED] Database check is critical (3 min)"
    text = body(over(), RESOLVED, NO_BRIEFING, LINK, LATER)
    assert "Database works again." in text
    assert "3 min" in text


def test_a_title_is_one_line() -> None:
    """No second header for a mail."""
    alert = follow(None, replace(BAD, title="a\r\nBcc: x@y.z"), NOW)
    assert alert is not None
    assert headline(alert.alert, FIRING, NOW) == "[HIGH] a Bcc: x@y.z"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("json://user:secret@hooks.example.com:8080/path", "json://hooks.example.com"),
        ("mailto://user:secret@example.com", "mailto://example.com"),
        ("slack://TokenA/TokenB/TokenC/#ops", "slack://***"),
        ("pagerduty://integration@key", "pagerduty://***"),
        ("tgram://123456:ABC/99", "tgram://***"),
        ("jsons://[broken/path", "jsons://***"),
    ],
)
def test_channels_show_no_secret(url: str, shown: str) -> None:
    assert masked(url) == shown


def test_channels_with_one_mask_are_told_apart() -> None:
    channels = channels_of(["slack://a/b/c", "critical+slack://d/e/f", "json://h/x"])
    assert [channel.name for channel in channels] == [
        "slack://*** #1",
        "slack://*** #2",
        "json://h",
    ]
    assert [channel.url for channel in channels][1] == "slack://d/e/f"
    assert "slack://d" not in repr(channels)


def test_a_channel_may_want_only_the_worst() -> None:
    critical, anything = channels_of(["critical+slack://d/e/f", "json://h/x"])
    assert [critical.wants(severity) for severity in Severity] == [False, False, False, True]
    assert all(anything.wants(severity) for severity in Severity)
    assert [item.channel for item in sent(critical, anything)] == ["json://h"]


def sent(*channels: Channel) -> list[Delivery]:
    return deliveries_of(burning(), FIRING, channels, LINK, NOW)


@pytest.mark.parametrize("url", ["", "slack", "slack:/a", "://x", "json://a b"])
def test_a_malformed_url_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ValueError, match="is no URL") as refused:
        split(url)
    assert "slack" not in str(refused.value).replace("slack://...", "")


def test_a_repeated_step_makes_no_second_message() -> None:
    """A26: the id is that of the opening, the end waits for it."""
    (channel,) = channels_of(["json://h/x"])
    first, repeated = sent(channel), sent(channel)
    assert first == repeated
    (end,) = deliveries_of(over(), RESOLVED, [channel], LINK, LATER)
    assert end.after_id == first[0].id != end.id


def test_a_failing_channel_is_tried_for_five_minutes() -> None:
    (message,) = sent(*channels_of(["json://h/x"]))
    spent = 0.0
    while message.finished_at is None:
        spent += pause(message.attempts) if message.attempts else 0
        message = tried(message, NOW + timedelta(seconds=spent), "500")
    assert 300 <= spent <= 320
    assert (message.attempts >= 15, message.sent_at, message.last_error) == (True, None, "500")


def test_latency_counts_from_the_first_bad_sample() -> None:
    """Requirement S99."""
    (message,) = sent(*channels_of(["json://h/x"]))
    assert message.latency_ms is None
    assert tried(message, NOW + timedelta(seconds=21), None).latency_ms == 21_000
    assert dropped(message, NOW, "why").latency_ms is None
