"""Decides whether a phase may go live: checks with evidence, and one verdict (X2, S46, S121)."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.flags.guarded_operations import ALL_GUARDED, Coverage
from domain.health.health import CheckType, HealthStatus
from domain.platform.certificates import Certificate, judge

TOKEN_LIFETIME = timedelta(seconds=120)
REHEARSED = timedelta(days=7)
ALERTS_TESTED = timedelta(days=7)
# On every list; where the public URL is https there is one more.
EXPECTED_CHECKS = frozenset(
    {
        *(check.value for check in CheckType),
        *("incidents", "platforms", "criteria", "flags", "guarded_operations"),
        *("backup", "operators", "alerts", "rehearsal"),
    }
)


class ReadinessVerdict(StrEnum):
    """Go, go if you accept the warnings, or no go."""

    GO = "go"
    GO_WITH_WARNINGS = "go_with_warnings"
    NO_GO = "no_go"


@dataclass(frozen=True, slots=True)
class ReadinessCheck:
    """One item of the list. `evidence` is the global id of the node that shows why."""

    key: str
    title: str
    ok: bool
    blocking: bool
    detail: str
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """The list with its verdict. `token` binds an activation to what was shown."""

    verdict: ReadinessVerdict
    checks: tuple[ReadinessCheck, ...]
    token: str
    evaluated_at: datetime

    @property
    def expires_at(self) -> datetime:
        """When the token stops being accepted."""
        return self.evaluated_at.replace(microsecond=0) + TOKEN_LIFETIME

    @property
    def blockers(self) -> list[ReadinessCheck]:
        """The checks that prevent an activation."""
        return [check for check in self.checks if check.blocking and not check.ok]

    @property
    def warnings(self) -> list[ReadinessCheck]:
        """The checks that an activation has to accept."""
        return [check for check in self.checks if not check.blocking and not check.ok]


@dataclass(frozen=True, slots=True)
class HealthEvidence:
    """The present state of one health check. `evidence` is its global id."""

    status: HealthStatus
    detail: str
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class RehearsalEvidence:
    """The last rehearsal of the phase that has ended; `failure` None: it passed."""

    ended_at: datetime
    failure: str | None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class ReadinessFacts:
    """All input of the checks, read in one transaction."""

    phase_version: int
    health: Mapping[CheckType, HealthEvidence]
    severe_incidents: Sequence[str]
    flag_count: int
    criteria_problems: Sequence[str]
    busy_platforms: Sequence[str]
    operators_watching: int
    backup_age: timedelta | None
    backup_configured: bool
    rehearsal: RehearsalEvidence | None = None
    incident_evidence: str | None = None
    platform_evidence: str | None = None
    alert_channels: int = 0
    alerts_tested_at: datetime | None = None
    certificate: Certificate | None = None
    silenced_criteria: Sequence[str] = ()
    guards: Coverage = ALL_GUARDED


def assess(facts: ReadinessFacts, *, phase_key: str, secret: bytes, now: datetime) -> Readiness:
    """Judge every check; CRITICAL and UNKNOWN health block, WARNING must be accepted."""
    late = (_alert_check(facts, now), _rehearsal_check(facts.rehearsal, now))
    launch_checks = (*_launch_checks(facts), *_certificate_check(facts.certificate, now))
    checks = (*_health_checks(facts), *launch_checks, *_care_checks(facts), *late)
    token = sign(checks, phase_key=phase_key, version=facts.phase_version, secret=secret, now=now)
    return Readiness(_verdict(checks), checks, token, now)


def sign(
    checks: Sequence[ReadinessCheck],
    *,
    phase_key: str,
    version: int,
    secret: bytes,
    now: datetime,
) -> str:
    """The token of an evaluated state: its moment and an HMAC of every outcome."""
    outcome = ";".join(f"{check.key}={check.ok},{check.blocking}" for check in checks)
    moment = int(now.timestamp())
    text = f"{phase_key}:{version}:{moment}:{outcome}".encode()
    return f"{moment}.{hmac.new(secret, text, hashlib.sha256).hexdigest()}"


def token_holds(
    token: str, current: Readiness, *, phase_key: str, version: int, secret: bytes, now: datetime
) -> bool:
    """Whether we issued the token at most 120 s ago and no outcome has changed since."""
    moment, _, _ = token.partition(".")
    # Eleven digits reach the year 5138; with twelve fromtimestamp overflows.
    if not moment.isdecimal() or len(moment) > 11:
        return False
    then = datetime.fromtimestamp(int(moment), tz=now.tzinfo)
    if not timedelta(0) <= now - then <= TOKEN_LIFETIME:
        return False
    expected = sign(current.checks, phase_key=phase_key, version=version, secret=secret, now=then)
    return hmac.compare_digest(expected.encode(), token.encode(errors="replace"))


def blocked_message(readiness: Readiness) -> str:
    """The wording of S46, with the names of the checks instead of their number."""
    names = ", ".join(f"{check.key}: {check.detail}" for check in readiness.blockers)
    return f"System not healthy for launch: {names}"


def _verdict(checks: Sequence[ReadinessCheck]) -> ReadinessVerdict:
    if any(check.blocking and not check.ok for check in checks):
        return ReadinessVerdict.NO_GO
    if all(check.ok for check in checks):
        return ReadinessVerdict.GO
    return ReadinessVerdict.GO_WITH_WARNINGS


def _health_checks(facts: ReadinessFacts) -> list[ReadinessCheck]:
    checks = []
    for kind in CheckType:
        state = facts.health.get(kind, HealthEvidence(HealthStatus.UNKNOWN, "never checked"))
        checks.append(
            ReadinessCheck(
                key=kind.value,
                title=f"Health of {kind}",
                ok=state.status is HealthStatus.HEALTHY,
                blocking=state.status in (HealthStatus.CRITICAL, HealthStatus.UNKNOWN),
                detail=state.detail,
                evidence=state.evidence,
            )
        )
    return checks


def _launch_checks(facts: ReadinessFacts) -> list[ReadinessCheck]:
    return [
        _check(
            "incidents",
            "No severe incident is open",
            facts.severe_incidents,
            "none open",
            facts.incident_evidence,
        ),
        _check(
            "platforms",
            "No other phase is active here",
            facts.busy_platforms,
            "free",
            facts.platform_evidence,
        ),
        _check("criteria", "Success criteria can be judged", facts.criteria_problems, "all valid"),
        ReadinessCheck(
            key="silences",
            title="No silence holds the criteria",
            ok=not facts.silenced_criteria,
            blocking=False,
            detail=" ".join(facts.silenced_criteria) or "all criteria are judged",
        ),
        ReadinessCheck(
            key="flags",
            title="The phase has flags",
            ok=facts.flag_count > 0,
            blocking=False,
            detail=f"{facts.flag_count} flags",
        ),
        ReadinessCheck(
            key="guarded_operations",
            title="Every guarded operation has a flag",
            ok=facts.guards.ok,
            blocking=False,
            detail=facts.guards.detail,
        ),
    ]


def _check(
    key: str, title: str, problems: Sequence[str], good: str, evidence: str | None = None
) -> ReadinessCheck:
    return ReadinessCheck(key, title, not problems, True, "; ".join(problems) or good, evidence)


def _care_checks(facts: ReadinessFacts) -> list[ReadinessCheck]:
    fresh = facts.backup_age is not None and facts.backup_age <= timedelta(hours=24)
    return [
        ReadinessCheck("backup", "A backup younger than 24 hours", fresh, False, _backup(facts)),
        ReadinessCheck(
            key="operators",
            title="At least one operator follows a live stream",
            ok=facts.operators_watching > 0,
            blocking=False,
            detail=f"{facts.operators_watching} on a live stream",
        ),
    ]


def _certificate_check(certificate: Certificate | None, now: datetime) -> list[ReadinessCheck]:
    """Nothing where the public URL is not https (S122)."""
    if certificate is None:
        return []
    state, title = judge(certificate, now), "The certificate of the public URL lasts 14 days"
    return [ReadinessCheck("certificate", title, state.ok, state.blocking, state.detail)]


def _rehearsal_check(evidence: RehearsalEvidence | None, now: datetime) -> ReadinessCheck:
    fresh = (
        evidence is not None and evidence.failure is None and now - evidence.ended_at <= REHEARSED
    )
    return ReadinessCheck(
        key="rehearsal",
        title="A good rehearsal younger than 7 days",
        ok=fresh,
        blocking=False,
        detail=_rehearsal_text(evidence, now),
        evidence=evidence.evidence if evidence else None,
    )


def _rehearsal_text(evidence: RehearsalEvidence | None, now: datetime) -> str:
    if evidence is None:
        return "never rehearsed"
    days = (now - evidence.ended_at) / timedelta(days=1)
    if evidence.failure is not None:
        return f"the last one, {days:.1f} days ago, failed: {evidence.failure}"
    return f"passed {days:.1f} days ago"


def _alert_check(facts: ReadinessFacts, now: datetime) -> ReadinessCheck:
    tested = facts.alerts_tested_at
    return ReadinessCheck(
        key="alerts",
        title="An alert channel answered a test within 7 days",
        ok=tested is not None and now - tested <= ALERTS_TESTED,
        blocking=False,
        detail=_alerts_text(facts, now),
    )


def _alerts_text(facts: ReadinessFacts, now: datetime) -> str:
    if not facts.alert_channels:
        return "ALERT_URLS is not set: nobody would be told"
    if facts.alerts_tested_at is None:
        return "no channel has answered a test: launch alerts test"
    return f"answered {(now - facts.alerts_tested_at) / timedelta(days=1):.1f} days ago"


def _backup(facts: ReadinessFacts) -> str:
    if not facts.backup_configured:
        return "BACKUP_MARKER_FILE is not set: backups are not watched"
    if facts.backup_age is None:
        return "no backup has been seen"
    return f"last backup {facts.backup_age.total_seconds() / 3600:.1f} hours ago"
