"""The state of a launch, folded from its events (X6)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actors import UserType, system_actor
from domain.events import (
    Event,
    FlagChanged,
    HealthChanged,
    IncidentChanged,
    PhaseChanged,
    RecordedEvent,
    UserSignedUp,
)
from domain.events.kills import KillChanged
from domain.flags.flags import FlagState
from domain.health.health import CheckType, HealthStatus
from domain.ids import EventSeq, FlagId, IncidentId, PhaseId, UserId
from domain.incidents.incidents import IncidentStatus, Severity
from domain.overview.launch_states import LaunchState, fold
from domain.phases.phases import PhaseStatus
from domain.platform.percent import Percent
from tests.factories.events import recorded_event
from tests.factories.kills import kill_record

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
ACTOR = system_actor("test").ref


def phase(number: int, status: PhaseStatus, version: int = 1) -> PhaseChanged:
    return PhaseChanged(
        phase_id=PhaseId(UUID(int=number)),
        key=f"phase_{number}",
        name=f"Phase {number}",
        action="moved",
        before=None,
        after=status,
        version=version,
    )


def flag(number: int, on: bool, version: int = 1) -> FlagChanged:
    state = FlagState(on, Percent(100.0), (), version)
    key = f"flag_{number}"
    return FlagChanged(
        flag_id=FlagId(UUID(int=number)), key=key, action="changed", before=state, after=state
    )


def check(kind: CheckType, status: HealthStatus) -> HealthChanged:
    return HealthChanged(check=kind, before=HealthStatus.UNKNOWN, after=status)


def incident(number: int, status: IncidentStatus) -> IncidentChanged:
    return IncidentChanged(
        incident_id=IncidentId(UUID(int=number)),
        number=number,
        title="Down",
        action="changed",
        severity=Severity.HIGH,
        before=None,
        after=status,
    )


def log(*events: Event) -> list[RecordedEvent]:
    return [
        recorded_event(event, index, NOW + timedelta(seconds=index), actor=ACTOR)
        for index, event in enumerate(events, 1)
    ]


def last_of_each(items: list[RecordedEvent]) -> list[RecordedEvent]:
    """What the database is asked for."""
    last: dict[object, RecordedEvent] = {}
    for item in items:
        subject = getattr(item.event, "check", None) or item.event.subject_id
        last[item.event.TYPE, subject] = item
    return sorted(last.values(), key=lambda item: item.seq)


def test_before_the_first_event_there_is_nothing() -> None:
    state = fold([], EventSeq(0))
    assert state == LaunchState(EventSeq(0), (), (), (), ())
    assert state.overall is HealthStatus.UNKNOWN


def test_the_last_event_of_a_thing_says_what_it_is() -> None:
    state = fold(
        log(phase(1, PhaseStatus.PLANNED), flag(1, True), phase(1, PhaseStatus.ACTIVE, 2)),
        EventSeq(3),
    )
    (now,) = state.phases
    assert (now.status, now.version, now.since) == (
        PhaseStatus.ACTIVE,
        2,
        NOW + timedelta(seconds=3),
    )
    assert (state.flags[0].key, state.flags[0].state.enabled) == ("flag_1", True)
    assert state.position == 3


def test_an_unrelated_event_changes_nothing() -> None:
    event = UserSignedUp(user_id=UserId(UUID(int=9)), user_type=UserType.COUPLE)
    assert fold(log(event), EventSeq(1)) == LaunchState(EventSeq(1), (), (), (), ())


def test_health_is_as_bad_as_its_worst_check() -> None:
    state = fold(
        log(
            check(CheckType.API, HealthStatus.CRITICAL),
            check(CheckType.EMAIL, HealthStatus.WARNING),
            check(CheckType.API, HealthStatus.HEALTHY),
        ),
        EventSeq(3),
    )
    assert state.overall is HealthStatus.WARNING


def test_a_late_event_counts_at_its_own_moment() -> None:
    """L6: the outage is recorded a minute after it began."""
    started_at, stored = NOW + timedelta(seconds=5), NOW + timedelta(seconds=65)
    event = check(CheckType.DATABASE, HealthStatus.CRITICAL)
    state = fold([recorded_event(event, 1, stored, occurred_at=started_at)], EventSeq(1))
    assert state.checks[0].since == started_at


EVENTS = st.one_of(
    st.builds(phase, st.integers(1, 3), st.sampled_from(PhaseStatus), st.integers(1, 9)),
    st.builds(flag, st.integers(1, 3), st.booleans(), st.integers(1, 9)),
    st.builds(check, st.sampled_from(CheckType), st.sampled_from(HealthStatus)),
    st.builds(incident, st.integers(1, 3), st.sampled_from(IncidentStatus)),
)


@given(st.lists(EVENTS, max_size=30))
def test_the_last_events_alone_give_the_same(events: list[Event]) -> None:
    items = log(*events)
    end = EventSeq(len(items))
    assert fold(last_of_each(items), end) == fold(items, end)


def kill(key: str, number: int, *, killed: bool = True) -> KillChanged:
    return KillChanged(flag_id=None, record=kill_record(key, number, killed=killed))


@pytest.mark.parametrize(
    ("events", "kills", "marked"),
    [
        ((kill("flag_1", 1),), ["flag_1"], "flag_1"),
        ((kill("*", 1),), ["*"], "*"),
        ((kill("*", 1), kill("flag_1", 2)), ["*", "flag_1"], "flag_1"),
        ((kill("flag_1", 1), kill("flag_1", 2, killed=False)), [], None),
        # Written late: the number decides, not the order of the log.
        ((kill("flag_1", 2, killed=False), kill("flag_1", 1)), [], None),
        ((kill("flag_1", 3), kill("flag_1", 2, killed=False)), ["flag_1"], "flag_1"),
        ((kill("*", 2, killed=False), kill("flag_2", 1)), ["flag_2"], None),
    ],
)
def test_kills_mark_the_flags_that_they_force_off(
    events: tuple[Event, ...], kills: list[str], marked: str | None
) -> None:
    state = fold(log(flag(1, on=True), *events), EventSeq(0))
    assert [item.key for item in state.kills] == kills
    (shown,) = state.flags
    assert (shown.state.enabled, shown.kill and shown.kill.key) == (True, marked)
