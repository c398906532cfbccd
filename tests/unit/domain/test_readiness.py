"""May a phase go live: the verdict, and the token that binds to it (X2, S46)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.health.health import CheckType, HealthStatus
from domain.phases.readiness import (
    HealthEvidence,
    Readiness,
    ReadinessFacts,
    ReadinessVerdict,
    RehearsalEvidence,
    assess,
    blocked_message,
    token_holds,
)
from tests.unit.domain.builders import NOW, any_text

SECRET = b"a secret that only tests know"
HEALTHY = {kind: HealthEvidence(HealthStatus.HEALTHY, "fine", "id") for kind in CheckType}
GOOD = ReadinessFacts(
    phase_version=3,
    health=HEALTHY,
    severe_incidents=(),
    flag_count=2,
    criteria_problems=(),
    busy_platforms=(),
    operators_watching=1,
    backup_age=timedelta(hours=1),
    backup_configured=True,
    rehearsal=RehearsalEvidence(NOW - timedelta(days=1), None, "run"),
    alert_channels=1,
    alerts_tested_at=NOW - timedelta(days=1),
)
NOW_SECONDS = int(NOW.timestamp())


def assessed(facts: ReadinessFacts = GOOD, *, later: float = 0) -> Readiness:
    """Assess the phase `mvp` some seconds later."""
    moment = NOW + timedelta(seconds=later)
    return assess(facts, phase_key="mvp", secret=SECRET, now=moment)


def with_health(check: CheckType, status: HealthStatus) -> ReadinessFacts:
    """Make facts where all is well but one part."""
    return replace(GOOD, health={**HEALTHY, check: HealthEvidence(status, "no answer in 5 s")})


def holds(
    token: str,
    facts: ReadinessFacts = GOOD,
    *,
    later: float = 0,
    phase_key: str = "mvp",
    version: int = 3,
    secret: bytes = SECRET,
) -> bool:
    """Tell whether the token is accepted some seconds later."""
    return token_holds(
        token,
        assessed(facts, later=later),
        phase_key=phase_key,
        version=version,
        secret=secret,
        now=NOW + timedelta(seconds=later),
    )


@pytest.mark.parametrize("check", list(CheckType))
@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (HealthStatus.HEALTHY, ReadinessVerdict.GO),
        (HealthStatus.WARNING, ReadinessVerdict.GO_WITH_WARNINGS),
        (HealthStatus.CRITICAL, ReadinessVerdict.NO_GO),
        (HealthStatus.UNKNOWN, ReadinessVerdict.NO_GO),
    ],
)
def test_health_decides(check: CheckType, status: HealthStatus, verdict: ReadinessVerdict) -> None:
    """Decision 4: the source took a check that answered `unhealthy` for a healthy one."""
    assert assessed(with_health(check, status)).verdict is verdict


@pytest.mark.parametrize("check", list(CheckType))
def test_a_check_that_never_ran_blocks(check: CheckType) -> None:
    states = {kind: state for kind, state in HEALTHY.items() if kind is not check}
    readiness = assessed(replace(GOOD, health=states))
    assert [item.key for item in readiness.blockers] == [check]
    assert blocked_message(readiness).endswith(f"{check}: never checked")


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        (replace(GOOD, severe_incidents=("Incident 7: mail is down",)), "incidents"),
        (replace(GOOD, busy_platforms=("Soft launch",)), "platforms"),
        (replace(GOOD, criteria_problems=("A threshold is a finite number.",)), "criteria"),
    ],
)
def test_blockers_make_the_verdict_no_go(facts: ReadinessFacts, key: str) -> None:
    readiness = assessed(facts)
    assert readiness.verdict is ReadinessVerdict.NO_GO
    assert [item.key for item in readiness.blockers] == [key]


@pytest.mark.parametrize(
    ("facts", "key", "detail"),
    [
        (replace(GOOD, flag_count=0), "flags", "0 flags"),
        (replace(GOOD, operators_watching=0), "operators", "0 on a live stream"),
        (replace(GOOD, backup_age=timedelta(hours=25)), "backup", "last backup 25.0 hours ago"),
        (replace(GOOD, backup_age=None), "backup", "no backup has been seen"),
        (
            replace(GOOD, backup_age=None, backup_configured=False),
            "backup",
            "BACKUP_MARKER_FILE is not set: backups are not watched",
        ),
    ],
)
def test_warnings_need_to_be_accepted(facts: ReadinessFacts, key: str, detail: str) -> None:
    """Requirements S121 and X2."""
    readiness = assessed(facts)
    assert readiness.verdict is ReadinessVerdict.GO_WITH_WARNINGS
    assert [(item.key, item.detail) for item in readiness.warnings] == [(key, detail)]


def test_a_backup_of_24_hours_is_young_enough() -> None:
    assert assessed(replace(GOOD, backup_age=timedelta(hours=24))).verdict is ReadinessVerdict.GO


def test_a_blocker_outweighs_every_warning() -> None:
    facts = replace(with_health(CheckType.DATABASE, HealthStatus.CRITICAL), flag_count=0)
    readiness = assessed(facts)
    assert readiness.verdict is ReadinessVerdict.NO_GO
    assert len(readiness.blockers) == len(readiness.warnings) == 1


def test_the_message_names_what_is_sick() -> None:
    """S46, S88: the source's sentence, but no `Health check 0`."""
    facts = with_health(CheckType.DATABASE, HealthStatus.CRITICAL)
    facts = replace(facts, severe_incidents=("Incident 7", "Incident 8"))
    assert blocked_message(assessed(facts)) == (
        "System not healthy for launch: database: no answer in 5 s, "
        "incidents: Incident 7; Incident 8"
    )


def test_every_check_has_its_own_key_and_health_its_evidence() -> None:
    checks = assessed().checks
    assert len({check.key for check in checks}) == len(checks)
    assert [check.evidence for check in checks[:5]] == ["id"] * 5


@pytest.mark.parametrize(
    ("later", "expected"), [(0, True), (119, True), (120, True), (120.001, False), (-1, False)]
)
def test_a_token_lasts_120_seconds(later: float, expected: bool) -> None:
    assert holds(assessed().token, later=later) is expected


@pytest.mark.parametrize("micros", [0, 1, 500_000, 999_999])
def test_a_token_lasts_exactly_as_long_as_it_says(micros: int) -> None:
    readiness = assessed(later=micros / 1e6)
    end = (readiness.expires_at - NOW).total_seconds()
    assert holds(readiness.token, later=end)
    assert not holds(readiness.token, later=end + 1e-6)


@pytest.mark.parametrize(
    "facts",
    [
        with_health(CheckType.EMAIL, HealthStatus.WARNING),
        replace(GOOD, flag_count=0),
        replace(GOOD, operators_watching=0),
        replace(GOOD, busy_platforms=("Soft launch",)),
    ],
)
def test_a_token_ends_when_a_check_turns(facts: ReadinessFacts) -> None:
    """X2: what was shown is what is enforced."""
    assert not holds(assessed().token, facts)
    assert not holds(assessed(facts).token)
    assert holds(assessed(facts).token, facts)


def test_a_token_for_a_warning_does_not_hold_for_a_failure() -> None:
    warning = with_health(CheckType.EMAIL, HealthStatus.WARNING)
    critical = with_health(CheckType.EMAIL, HealthStatus.CRITICAL)
    assert not holds(assessed(warning).token, critical)
    assert not holds(assessed(critical).token, warning)


def test_a_token_belongs_to_one_phase_version_and_secret() -> None:
    token = assessed().token
    assert holds(token)
    assert not holds(token, version=4)
    assert not holds(token, phase_key="other")
    assert not holds(token, secret=b"another")


def test_a_token_cannot_be_made_younger() -> None:
    _, _, digest = assessed().token.partition(".")
    assert not holds(f"{NOW_SECONDS + 60}.{digest}", later=120)


@given(any_text)
@example("")
@example(".")
@example("²")
@example("-1.x")
@example("1_0.x")
@example("99999999999.x")
@example("999999999999.x")
@example("9" * 5000)
@example("٣" * 11 + ".x")
def test_garbage_is_no_token(text: str) -> None:
    assert not holds(text)


@given(any_text)
@example("\ud800")
@example("é" * 64)
def test_the_right_moment_with_a_wrong_digest_is_no_token(text: str) -> None:
    assert not holds(f"{NOW_SECONDS}.{text}")


@given(st.text(st.characters(categories=["Nd"]), min_size=9, max_size=13))
def test_digits_of_any_script_are_no_token(digits: str) -> None:
    assert not holds(f"{digits}.{'0' * 64}")


def test_the_own_moment_in_other_digits_is_no_token() -> None:
    moment, _, digest = assessed().token.partition(".")
    arabic = moment.translate({ord("0") + n: chr(0x660 + n) for n in range(10)})
    assert not holds(f"{arabic}.{digest}")


@pytest.mark.parametrize(
    ("rehearsal", "ok", "detail"),
    [
        (None, False, "never rehearsed"),
        (RehearsalEvidence(NOW - timedelta(days=7), None), True, "passed 7.0 days ago"),
        (RehearsalEvidence(NOW - timedelta(days=7.01), None), False, "passed 7.0 days ago"),
        (
            RehearsalEvidence(NOW - timedelta(hours=6), "nobody heard of it"),
            False,
            "the last one, 0.2 days ago, failed: nobody heard of it",
        ),
    ],
)
def test_a_good_rehearsal_younger_than_a_week_is_wanted_and_not_needed(
    rehearsal: RehearsalEvidence | None, ok: bool, detail: str
) -> None:
    """Requirements X2 and X4."""
    readiness = assessed(replace(GOOD, rehearsal=rehearsal))
    check = readiness.checks[-1]
    assert (check.key, check.ok, check.blocking, check.detail) == ("rehearsal", ok, False, detail)
    assert (readiness.verdict is ReadinessVerdict.GO) is ok


@pytest.mark.parametrize(
    ("channels", "tested", "ok", "detail"),
    [
        (0, None, False, "ALERT_URLS is not set: nobody would be told"),
        (1, None, False, "no channel has answered a test: launch alerts test"),
        (1, NOW - timedelta(days=7), True, "answered 7.0 days ago"),
        (1, NOW - timedelta(days=7.1), False, "answered 7.1 days ago"),
    ],
)
def test_a_channel_that_answered_a_test_is_wanted_and_not_needed(
    channels: int, tested: datetime | None, ok: bool, detail: str
) -> None:
    """X2: somebody would hear of it if it went wrong."""
    readiness = assessed(replace(GOOD, alert_channels=channels, alerts_tested_at=tested))
    (check,) = [item for item in readiness.checks if item.key == "alerts"]
    assert (check.ok, check.blocking, check.detail) == (ok, False, detail)
    assert (readiness.verdict is ReadinessVerdict.GO) is ok
