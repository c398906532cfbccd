"""The enums of the graph: those of the domain, with a word on each of their values.

They keep their names; a test finds values without a description.
"""

from enum import StrEnum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

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
    """Make an enum a part of the graph; raises KeyError where a value has no description."""
    strawberry.enum(kind, name=kind.__name__, description=description)
    definition: StrawberryEnumDefinition = getattr(kind, "__strawberry_definition__")  # noqa: B009 - set by the line above
    for value in definition.values:
        value.description = values.pop(value.name)
    if values:
        raise KeyError(f"{kind.__name__} has no {', '.join(values)}")


# Accounts
describe(
    Scope,
    "One right; a field names those of which one is enough.",
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
    "What a person may do.",
    VIEWER="Sees everything of a launch, changes nothing.",
    OPERATOR="Operates launches, flags and incidents.",
    ADMIN="May do everything.",
    SUPPLIER="Their own data.",
    COUPLE="Their own data.",
)
describe(
    UserType,
    "Which side of the product a person is on.",
    SUPPLIER="Offers something for weddings.",
    COUPLE="Gets married.",
    ADMIN="Runs the product, whatever the role.",
)
describe(
    VendorType,
    "What a supplier offers.",
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
    "Where a phase stands.",
    PLANNED="It has not been live yet.",
    ACTIVE="It is live, and its ramp moves on.",
    PAUSED="It is live, and its ramp holds.",
    COMPLETED="It went well; its flags are at their targets, or at a limit that a person set.",
    ROLLED_BACK="It was undone.",
)
describe(
    PhaseAction,
    "What can be done to a phase.",
    ACTIVATE="Make it live.",
    PAUSE="Hold its ramp.",
    RESUME="Let its ramp go on.",
    ADVANCE="Enter the next step of its ramp.",
    COMPLETE="End it as a success.",
    ROLLBACK="Undo it.",
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
    RESTORE_PREVIOUS="Each becomes again what it was before the run.",
    DISABLE_ALL="All go off.",
)
describe(
    RunKind,
    "Whether real users were reached.",
    LIVE="Real users were reached.",
    REHEARSAL="A rehearsal that reaches nobody.",
)
describe(
    RehearsalStatus,
    "How a rehearsal stands.",
    RUNNING="It is under way.",
    PASSED="The rollback came by itself and reached everybody in time.",
    FAILED="It did not; `failure` says why.",
)
describe(
    RehearsalStage,
    "How far a rehearsal has come.",
    RAMPING="The copies of the flags go up the ramp.",
    FAULTY="A check fails and errors burst.",
    DECIDED="A rule has decided to roll back.",
    ROLLED_BACK="The copies are off or as before; everybody is told.",
)
describe(
    ReadinessVerdict,
    "Go, go if the warnings are accepted, or no go.",
    GO="Everything holds.",
    GO_WITH_WARNINGS="It may go live if somebody accepts the warnings.",
    NO_GO="Something keeps it from going live.",
)

# Criteria and metrics
describe(
    TimeRange,
    "How far back to look.",
    LAST_1H="The last hour.",
    LAST_24H="The last 24 hours.",
    LAST_7D="The last 7 days.",
    LAST_30D="The last 30 days.",
    CURRENT_PHASE="Since the phase that is live was activated.",
)

# Flags
describe(
    BucketBy,
    "Whose id decides who is inside a percentage.",
    USER="Each user for themselves.",
    COUPLE="Both of a couple see the same.",
    SUPPLIER="Everybody of a supplier sees the same.",
    DEVICE="Each device for itself, logged in or not.",
)
describe(
    Staleness,
    "Whether a flag still decides something.",
    IN_USE="It does, or it did within the last 30 days.",
    UNUSED="Nobody was shown it for 30 days: no code asks for it any more.",
    SETTLED="On for everybody, unchanged for 30 days: the code may do without it.",
)
describe(
    EvaluationReason,
    "Why a flag has its value; the names are those of OpenFeature.",
    STATIC="It is on for everybody.",
    DEFAULT="No rule of the flag took the user in.",
    TARGETING_MATCH="A target group decided.",
    SPLIT="The percentage decided.",
    DISABLED="The flag is off.",
    CACHED="The value was kept from before.",
    STALE="The value may be old: the database does not answer.",
    ERROR="It could not be evaluated; see the error code.",
)
describe(
    EvaluationErrorCode,
    "What went wrong in an evaluation; the names are those of OpenFeature.",
    FLAG_NOT_FOUND="There is no such flag.",
    TARGETING_KEY_MISSING="Nobody was named whose id could decide.",
    INVALID_CONTEXT="The user was described in a way that cannot be evaluated.",
    GENERAL="Something else.",
)

# Health and incidents
describe(
    CheckType,
    "A part that a launch stands on.",
    DATABASE="PostgreSQL answers.",
    API="The API answers over HTTP.",
    AUTH="Logging in works.",
    EMAIL="The mail server takes mail.",
    REALTIME="Live streams deliver.",
)
describe(
    HealthStatus,
    "How a part is; UNKNOWN blocks a launch.",
    HEALTHY="It works.",
    WARNING="It is slow or failed once.",
    CRITICAL="It fails.",
    UNKNOWN="There is no recent sample.",
)
describe(
    ServiceStatus,
    "How the product is for those who use it.",
    OPERATIONAL="It works.",
    DEGRADED="Some of it works badly or late.",
    OUTAGE="It does not work.",
    UNKNOWN="Nobody has looked lately.",
)
describe(
    Severity,
    "How bad it is.",
    LOW="Hardly anybody notices.",
    MEDIUM="Some users are hindered.",
    HIGH="Many users are hindered; new launches are kept back.",
    CRITICAL="The product does not work; new launches are kept back.",
)
describe(
    IncidentStatus,
    "Where an incident stands.",
    OPEN="Nobody works on it yet.",
    INVESTIGATING="Somebody works on it.",
    RESOLVED="The cause is gone.",
    CLOSED="Nothing is left to do.",
)
