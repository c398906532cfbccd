"""What nobody takes goes to the next channels, step by step and each once (A32)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alerting.alert_channels import Channel, channels_of
from domain.alerting.alert_deliveries import deliveries_of
from domain.alerting.alert_texts import NO_BRIEFING, body, headline
from domain.alerting.alerts import Alert, AlertKind, AlertRules, Cause, Step, follow, pass_time
from domain.alerting.escalation import delays_of, escalate
from domain.incidents.incidents import Severity
from tests.unit.domain.builders import NOW
from tests.unit.domain.test_alerts import BAD, GIVEN_BACK, GOOD, TAKEN, WORSE

CHANNELS = channels_of(["json://team/x", "after5m+json://lead/x", "after15m+json://head/x"])
TIME = None  # nothing is seen, but the clock moves
ENDED = replace(TAKEN, acknowledged=False, over=True, bad=False)
Seen = tuple[float, Cause | None]
LINK = "https://launch.wedsync.app"
RARELY = AlertRules(remind_after=timedelta(days=1))


class Story:
    """One cause, a look every ten seconds, and when whom was notified."""

    def __init__(self, channels: Sequence[Channel] = CHANNELS) -> None:
        self.channels, self.start, self.now = channels, NOW, NOW
        self.alert: Alert | None = None
        self.notified: list[tuple[int, str]] = []

    def see(self, seconds: float, cause: Cause | None) -> None:
        """Look until then, every ten seconds; then see this."""
        until = self.now + timedelta(seconds=seconds)
        while self.now < until:
            self.now = min(self.now + timedelta(seconds=10), until)
            self._look()
        if cause is not None:
            self._take(follow(self.alert, replace(cause, at=self.now), self.now, RARELY))

    def _look(self) -> None:
        if self.alert is not None:
            step = pass_time(self.alert, self.now, RARELY)
            self._take(step or escalate(self.alert, self.now, delays_of(self.channels)))

    def _take(self, step: Step | None) -> None:
        if step is None:
            return
        self.alert = step.alert
        if step.notification is not None:
            deliveries = deliveries_of(step.alert, step.notification, self.channels, LINK, self.now)
            since = round((self.now - self.start).total_seconds())
            self.notified += [
                (since, message.channel.removeprefix("json://")) for message in deliveries
            ]


def notified(*seen: Seen) -> list[tuple[int, str]]:
    story = Story()
    for seconds, cause in seen:
        story.see(seconds, cause)
    return story.notified


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([(0, WORSE), (299, TIME)], [(0, "team")]),
        ([(0, WORSE), (310, TIME)], [(0, "team"), (300, "lead")]),
        ([(0, WORSE), (3_600, TIME)], [(0, "team"), (300, "lead"), (900, "head")]),
        ([(0, BAD), (3_600, TIME)], [(0, "team")]),
        ([(0, WORSE), (290, TAKEN), (3_600, TIME)], [(0, "team")]),
        ([(0, WORSE), (290, ENDED), (3_600, TIME)], [(0, "team")]),
        ([(0, WORSE), (310, TAKEN), (3_600, TIME)], [(0, "team"), (300, "lead")]),
        ([(0, BAD), (600, WORSE), (310, TIME)], [(0, "team"), (600, "team"), (900, "lead")]),
        (
            [(0, WORSE), (60, TAKEN), (600, GIVEN_BACK), (320, TIME)],
            [(0, "team"), (970, "lead")],
        ),
        ([(0, WORSE), (200, GOOD), (3_600, TIME)], [(0, "team"), (200, "team")]),
        (
            [(0, WORSE), (310, GOOD)],
            [(0, "team"), (300, "lead"), (310, "team"), (310, "lead")],
        ),
    ],
)
def test_each_channel_is_notified_after_its_delay(
    seen: Sequence[Seen], expected: list[tuple[int, str]]
) -> None:
    assert notified(*seen) == expected


def test_a_late_look_takes_one_step_at_a_time() -> None:
    """No worker for an hour: then all steps, in their order."""
    story = Story()
    story.see(0, WORSE)
    story.see(10, TIME)
    story.now += timedelta(hours=1)
    story.see(30, TIME)
    assert [name for _, name in story.notified] == ["team", "lead", "head"]


def test_the_clock_stands_in_a_silence() -> None:
    story = Story()
    story.see(0, WORSE)
    story.see(20, TIME)
    assert story.alert is not None
    step = escalate(story.alert, NOW + timedelta(hours=1), [300.0], silenced=True)
    assert step is not None
    assert (step.notification, step.alert.waiting_since) == (None, None)


def test_without_steps_nothing_is_noted() -> None:
    step = follow(None, WORSE, NOW)
    assert step is not None
    assert escalate(step.alert, NOW + timedelta(hours=1), []) is None


def test_an_escalation_says_how_long_the_alert_was_unacknowledged() -> None:
    story = Story()
    story.see(0, WORSE)
    story.see(310, TIME)
    assert story.alert is not None
    title = headline(story.alert, AlertKind.ESCALATED, story.now)
    assert title == "[ESCALATED CRITICAL] Database check is critical (5 min)"
    text = body(story.alert, AlertKind.ESCALATED, NO_BRIEFING, LINK, story.now)
    assert "Not acknowledged for 5 min." in text


def test_a_step_that_is_repeated_is_one_message_and_its_end_waits_for_it() -> None:
    """Requirement A26."""
    step = follow(None, WORSE, NOW)
    assert step is not None
    alert = replace(step.alert, escalated_after=300.0)
    later: datetime = NOW + timedelta(minutes=5)
    (first,) = deliveries_of(alert, AlertKind.ESCALATED, CHANNELS, LINK, later)
    repeated = replace(alert, revision=9)
    assert deliveries_of(repeated, AlertKind.ESCALATED, CHANNELS, LINK, later)[0].id == first.id
    ends = deliveries_of(repeated, AlertKind.RESOLVED, CHANNELS, LINK, later)
    assert [end.channel for end in ends] == ["json://team", "json://lead"]
    assert ends[1].after_id == first.id


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1_000),
            st.sampled_from([WORSE, BAD, TAKEN, GIVEN_BACK, ENDED, TIME]),
        ),
        max_size=30,
    )
)
def test_a_step_notifies_a_channel_once(seen: list[Seen]) -> None:
    """Whatever is taken, given back and seen again: as long as it lasts."""
    names = [name for _, name in notified((0, WORSE), *seen)]
    assert names.count("lead") <= 1
    assert names.count("head") <= names.count("lead")


@pytest.mark.parametrize(
    ("url", "seconds"),
    [("after90s+json://h/x", 90), ("after5m+json://h/x", 300), ("AFTER2H+json://h/x", 7_200)],
)
def test_a_channel_says_after_how_long(url: str, seconds: float) -> None:
    (channel,) = channels_of([url])
    assert (channel.after, channel.minimum) == (seconds, Severity.CRITICAL)
    assert (channel.url, channel.name) == ("json://h/x", "json://h")
