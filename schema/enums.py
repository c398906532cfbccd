"""The enums of the schema: those of the domain, with a description for each value.

A test fails for a value without a description.
"""

from enum import StrEnum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from domain.accounts.legal import LegalDocumentKind
from domain.actors import Role, Scope, UserType, VendorType
from domain.errors import ErrorCode
from domain.flags.flags import BucketBy, EvaluationErrorCode, EvaluationReason
from domain.flags.staleness import Staleness
from domain.health.health import CheckType, HealthStatus
from domain.incidents.incidents import IncidentStatus, Severity
from domain.overview.system_status import ServiceStatus
from domain.phases.phases import PhaseAction, PhaseStatus, RollbackMode, RunKind
from domain.phases.readiness import ReadinessVerdict
from domain.phases.rehearsal import RehearsalStage, RehearsalStatus
from domain.platform.platforms import Platform
from domain.platform.time_ranges import TimeRange

__all__ = [
    "BucketBy",
    "CheckType",
    "ErrorCode",
    "EvaluationErrorCode",
    "EvaluationReason",
    "HealthStatus",
    "IncidentStatus",
    "LegalDocumentKind",
    "PhaseAction",
    "PhaseStatus",
    "Platform",
    "ReadinessVerdict",
    "RehearsalStage",
    "RehearsalStatus",
    "Role",
    "RollbackMode",
    "RunKind",
    "Scope",
    "ServiceStatus",
    "Severity",
    "Staleness",
    "TimeRange",
    "UserType",
    "VendorType",
]


def describe(kind: type[StrEnum], description: str, **values: str) -> None:
    """Register an enum with the schema. Raises KeyError if a value has no description."""
    strawberry.enum(kind, name=kind.__name__, description=description)
    definition: StrawberryEnumDefinition = getattr(kind, "__strawberry_definition__")  # noqa: B009 - set by the line above
    for value in definition.values:
        value.description = values.pop(value.name)
    if values:
        raise KeyError(f"{kind.__name__} has no {', '.join(values)}")


# Accounts
describe(
    Scope,
    "A permission; a field lists those of which one is enough.",
    LAUNCH_READ="See phases, runs and events.",
    LAUNCH_OPERATE="Activate, pause, advance, complete and roll back phases.",
    LAUNCH_ADMIN="Create and edit phases.",
    FLAGS_READ="See flags and evaluate them for others.",
    FLAGS_WRITE="Create, edit and switch flags.",
    METRICS_READ="See metrics and journeys.",
    METRICS_WRITE="Send metrics.",
    HEALTH_READ="See the health of the system.",
    INCIDENTS_READ="See incidents.",
    INCIDENTS_WRITE="Open, edit and close incidents.",
    DIRECTORY_READ="See suppliers, couples and invitations.",
    DIRECTORY_WRITE="Act for suppliers.",
    WEBHOOKS_ADMIN="Manage webhooks.",
    TOKENS_ADMIN="Manage API tokens.",
    PEOPLE_READ="See e-mail addresses and log-ins of the staff.",
    MESSAGES_MODERATE="See reported messages, and hide them.",
    SELF="One's own data.",
)
describe(
    Role,
    "The role of a person.",
    VIEWER="Reads everything about a launch, changes nothing.",
    OPERATOR="Operates launches, flags and incidents.",
    ADMIN="Has every permission.",
    SUPPLIER="Has access to their own data.",
    COUPLE="Has access to their own data.",
)
describe(
    LegalDocumentKind,
    "What a legal document is about.",
    TERMS="Terms of use.",
    PRIVACY="Privacy policy.",
)
describe(
    UserType,
    "The user type of an account.",
    SUPPLIER="Offers something for weddings.",
    COUPLE="Gets married.",
    ADMIN="Runs the product, whatever the role.",
)
describe(
    VendorType,
    "The vendor type of a supplier.",
    PHOTOGRAPHER="Photographs or films.",
    VENUE="A place to celebrate.",
    CATERING="Food and drink.",
    FLORIST="Flowers.",
    MUSIC="A band or a DJ.",
    OTHER="Something else.",
)

# Phases
describe(
    PhaseStatus,
    "The status of a phase.",
    PLANNED="It has not been live yet.",
    ACTIVE="It is live, and its ramp moves on.",
    PAUSED="It is live, and its ramp is paused.",
    COMPLETED="It was completed; its flags are at their targets, or at a limit that a person set.",
    ROLLED_BACK="It was rolled back.",
)
describe(
    PhaseAction,
    "An action on a phase.",
    ACTIVATE="Activate it.",
    PAUSE="Pause its ramp.",
    RESUME="Resume its ramp.",
    ADVANCE="Enter the next step of its ramp.",
    COMPLETE="Complete it.",
    ROLLBACK="Roll it back.",
)
describe(
    Platform,
    "The side of the product that is launched.",
    WEDSYNC="The app of suppliers.",
    WEDME="The app of couples.",
)
describe(
    RollbackMode,
    "What a rollback does to the flags.",
    RESTORE_PREVIOUS="Each flag is restored to its state before the run.",
    DISABLE_ALL="All flags go off.",
)
describe(
    RunKind,
    "Whether real users were reached.",
    LIVE="Real users were reached.",
    REHEARSAL="A rehearsal that reaches nobody.",
)
describe(
    RehearsalStatus,
    "The status of a rehearsal.",
    RUNNING="It is under way.",
    PASSED="The rollback was automatic and reached every process in time.",
    FAILED="It did not; `failure` says why.",
)
describe(
    RehearsalStage,
    "How far a rehearsal has come.",
    RAMPING="The copies of the flags go up the ramp.",
    FAULTY="A check fails and errors burst.",
    DECIDED="A rule has decided to roll back.",
    ROLLED_BACK="The copies are off or restored; every process is notified.",
)
describe(
    ReadinessVerdict,
    "Go, go if the warnings are accepted, or no go.",
    GO="All checks pass.",
    GO_WITH_WARNINGS="It may be activated if the warnings are accepted.",
    NO_GO="A check blocks the activation.",
)

# Criteria and metrics
describe(
    TimeRange,
    "The time range.",
    LAST_1H="The last hour.",
    LAST_24H="The last 24 hours.",
    LAST_7D="The last 7 days.",
    LAST_30D="The last 30 days.",
    CURRENT_PHASE="Since the phase that is live was activated.",
)

# Flags
describe(
    BucketBy,
    "Whose id decides which users a percentage includes.",
    USER="Each user for themselves.",
    COUPLE="Both partners of a couple get the same value.",
    SUPPLIER="Everybody of a supplier gets the same value.",
    DEVICE="Each device for itself, logged in or not.",
)
describe(
    Staleness,
    "Whether a flag still decides something.",
    IN_USE="It decides something, or did within the last 30 days.",
    UNUSED="It was not evaluated for 30 days: no code uses it.",
    SETTLED="On for everybody and unchanged for 30 days: it can be removed from the code.",
)
describe(
    EvaluationReason,
    "Why a flag has its value; the names are those of OpenFeature.",
    STATIC="It is on for everybody.",
    DEFAULT="No rule of the flag matched.",
    TARGETING_MATCH="A target group decided.",
    SPLIT="The percentage decided.",
    DISABLED="The flag is off.",
    CACHED="The value comes from a cache.",
    STALE="The value may be old: the database does not answer.",
    ERROR="It could not be evaluated; see the error code.",
)
describe(
    EvaluationErrorCode,
    "What went wrong in an evaluation; the names are those of OpenFeature.",
    FLAG_NOT_FOUND="There is no such flag.",
    TARGETING_KEY_MISSING="The targeting key that decides is missing.",
    INVALID_CONTEXT="The evaluation context is invalid.",
    GENERAL="Something else.",
)

# Health and incidents
describe(
    CheckType,
    "A part that a launch depends on.",
    DATABASE="PostgreSQL answers.",
    API="The API answers over HTTP.",
    AUTH="Logging in works.",
    EMAIL="The mail server accepts e-mails.",
    REALTIME="Live updates are delivered.",
)
describe(
    HealthStatus,
    "The status of a check; UNKNOWN blocks a launch.",
    HEALTHY="It works.",
    WARNING="It is slow or failed once.",
    CRITICAL="It fails.",
    UNKNOWN="There is no recent sample.",
)
describe(
    ServiceStatus,
    "The status of the product for its users.",
    OPERATIONAL="It works.",
    DEGRADED="Parts of it work badly or late.",
    OUTAGE="It does not work.",
    UNKNOWN="There was no recent check.",
)
describe(
    Severity,
    "The severity.",
    LOW="Few users notice.",
    MEDIUM="Some users are affected.",
    HIGH="Many users are affected; new launches are blocked.",
    CRITICAL="The product does not work; new launches are blocked.",
)
describe(
    IncidentStatus,
    "The status of an incident.",
    OPEN="Nobody works on it yet.",
    INVESTIGATING="Somebody works on it.",
    RESOLVED="The cause is gone.",
    CLOSED="Nothing is left to do.",
)
