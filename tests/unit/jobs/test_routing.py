"""What follows from each event (R4, A7, S14)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.actors import UserType
from domain.events import (
    Event,
    FlagChanged,
    HealthChanged,
    IncidentChanged,
    MailQueued,
    PhaseChanged,
    UserSignedUp,
)
from domain.events.marketplace import (
    ENDING,
    LINK_REQUESTED,
    REMINDED,
    InvitationFollowedUp,
    OnboardingChanged,
)
from domain.events.rehearsals import RehearsalMoved
from domain.flags.flags import FlagState
from domain.health.health import CheckType, HealthStatus
from domain.ids import (
    ClientId,
    FlagId,
    IncidentId,
    InvitationId,
    MailId,
    OnboardingId,
    PhaseId,
    RunId,
    SupplierId,
    UserId,
)
from domain.incidents.incidents import IncidentStatus, Severity
from domain.journeys.onboarding import OnboardingSide
from domain.overview.journey_moves import moves_of
from domain.phases.phases import PhaseStatus
from domain.phases.rehearsal import STARTED, RehearsalStage
from domain.platform.percent import NOBODY
from jobs.queue import JobSpec
from jobs.routing import jobs_for
from services.metrics.metric_samples import counted_names
from tests.factories.events import recorded_event

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)

ACTIVATED = PhaseChanged(
    phase_id=PhaseId(uuid4()),
    key="mvp",
    name="MVP",
    action="activated",
    before=PhaseStatus.PLANNED,
    after=PhaseStatus.ACTIVE,
    version=2,
    run_id=RunId(uuid4()),
    step_index=0,
    next_step_at=NOW + timedelta(minutes=10),
)


def jobs(event: Event) -> list[JobSpec]:
    return jobs_for(recorded_event(event, at=NOW))


def test_a_rehearsal_is_one_job_however_many_stages_it_has() -> None:
    """Requirement X4."""
    started = RehearsalMoved(
        phase_id=PhaseId(uuid4()), run_id=RunId(uuid4()), name="MVP", stage=STARTED
    )
    (job,) = jobs(started)
    assert (job.entrypoint, job.payload) == ("phases.rehearse", {"run_id": str(started.run_id)})
    assert jobs(replace(started, stage=RehearsalStage.FAULTY)) == []


def test_a_hold_leads_to_the_next_step() -> None:
    """A7: the ramp goes on by a job at the end of the hold; its payload is ids."""
    (job,) = jobs(ACTIVATED)
    assert (job.entrypoint, job.delay) == ("phases.ramp", timedelta(minutes=10))
    assert job.payload == {
        "phase_id": str(ACTIVATED.phase_id),
        "run_id": str(ACTIVATED.run_id),
        "step_index": 0,
        "due": "2026-11-23T20:10:00+00:00",
    }


@pytest.mark.parametrize(
    "event",
    [
        replace(ACTIVATED, next_step_at=None),
        replace(ACTIVATED, run_id=None),
        replace(ACTIVATED, step_index=None),
    ],
)
def test_no_hold_no_job(event: PhaseChanged) -> None:
    """A7: a step without an end waits for an operator."""
    assert jobs(event) == []


def test_a_resumed_step_gets_a_job_of_its_own() -> None:
    """A7: the job of before the pause must not keep out the one of after it."""
    later = replace(ACTIVATED, next_step_at=NOW + timedelta(minutes=20))
    assert jobs(ACTIVATED)[0].dedupe_key != jobs(later)[0].dedupe_key


def test_a_repeated_event_gives_the_same_key() -> None:
    """A7: two events of one step lead to one job."""
    edited = replace(ACTIVATED, action="edited", version=3)
    assert jobs(ACTIVATED)[0].dedupe_key == jobs(edited)[0].dedupe_key


def test_whom_a_rollback_reached_is_counted_once() -> None:
    """L19: by a job, as a rollback cannot wait; an edit of the phase later counts nothing."""
    before, after = PhaseStatus.ACTIVE, PhaseStatus.ROLLED_BACK
    event = replace(ACTIVATED, action="rolled back", before=before, after=after, next_step_at=None)
    run_id = str(event.run_id)
    assert jobs(event) == [
        JobSpec("phases.count_impact", {"run_id": run_id}, dedupe_key=f"impact:{run_id}")
    ]
    assert jobs(replace(event, action="updated", before=after)) == []
    assert jobs(replace(event, run_id=None)) == []


def test_a_mail_is_sent() -> None:
    """S14: the outbox holds the e-mail, the job sends it."""
    mail_id = MailId(uuid4())
    assert jobs(MailQueued(mail_id=mail_id)) == [
        JobSpec("mail.send", {"mail_id": str(mail_id)}, dedupe_key=f"mail:{mail_id}")
    ]


def setup(action: str) -> OnboardingChanged:
    return OnboardingChanged(
        onboarding_id=OnboardingId(uuid4()),
        user_id=UserId(uuid4()),
        side=OnboardingSide.COUPLE,
        action=action,
        percentage=33,
    )


@pytest.mark.parametrize("kind", [UserType.SUPPLIER, UserType.COUPLE])
def test_a_sign_up_schedules_a_check_after_five_minutes(kind: UserType) -> None:
    """Requirement S72."""
    event = UserSignedUp(user_id=UserId(uuid4()), user_type=kind)
    (job,) = jobs(event)
    assert (job.entrypoint, job.delay) == ("onboarding.look_after", timedelta(minutes=5))
    assert job.payload == {"user_id": str(event.user_id), "since": NOW.isoformat()}
    assert jobs(replace(event, user_type=UserType.ADMIN)) == []


@pytest.mark.parametrize(
    ("action", "entrypoints"),
    [
        ("advanced", ["onboarding.look_after"]),
        ("needs help", ["onboarding.look_after", "onboarding.help"]),
        ("works again", ["onboarding.look_after"]),
        ("was helped", ["onboarding.help", "notifications.mail"]),
        ("completed", ["onboarding.help"]),
        ("stalled", []),
        ("nudged", []),
    ],
)
def test_setup_events_queue_checks(action: str, entrypoints: list[str]) -> None:
    """S44, S72: an activity starts the clock anew; the support hears of who needs help."""
    assert [job.entrypoint for job in jobs(setup(action))] == entrypoints


@pytest.mark.parametrize(
    ("after", "is_followed"),
    [(IncidentStatus.RESOLVED, True), (IncidentStatus.INVESTIGATING, False)],
)
def test_the_end_of_an_incident_notifies_blocked_users(
    after: IncidentStatus, is_followed: bool
) -> None:
    """Requirement X12."""
    event = IncidentChanged(
        incident_id=IncidentId(uuid4()),
        number=1,
        title="It breaks",
        action="changed",
        severity=Severity.HIGH,
        before=IncidentStatus.OPEN,
        after=after,
    )
    entrypoints = [job.entrypoint for job in jobs(event)]
    assert entrypoints == ["alerts.incident", "onboarding.works_again"][: 1 + is_followed]


@pytest.mark.parametrize(
    ("action", "entrypoints"),
    [
        (LINK_REQUESTED, ["invitations.new_link", "notifications.mail"]),
        (ENDING, ["notifications.mail"]),
        (REMINDED, []),
    ],
)
def test_what_follows_from_an_invitation_that_stays_as_it_is(
    action: str, entrypoints: list[str]
) -> None:
    """M6: a couple gets the link that it asked for; the supplier hears of it."""
    event = InvitationFollowedUp(
        invitation_id=InvitationId(uuid4()),
        client_id=ClientId(uuid4()),
        supplier_id=SupplierId(uuid4()),
        action=action,
    )
    assert [job.entrypoint for job in jobs(event)] == entrypoints


def test_most_events_ask_for_nothing() -> None:
    """R4: what is not on the map does nothing."""
    event = HealthChanged(
        check=CheckType.API, before=HealthStatus.HEALTHY, after=HealthStatus.CRITICAL
    )
    assert jobs(event) == []


def test_nothing_follows_from_a_change_of_a_flag() -> None:
    """A flag is changed by a transaction that has no place for jobs (`db.flag_transactions`)."""
    state = FlagState(False, NOBODY, (), 1)
    event = FlagChanged(
        flag_id=FlagId(uuid4()),
        key="mvp_chat",
        action="switched on",
        before=state,
        after=replace(state, enabled=True, version=2),
        run_id=RunId(uuid4()),
    )
    assert (jobs(event), moves_of(event)) == ([], [])
    assert counted_names(recorded_event(event, at=NOW)) == ()
