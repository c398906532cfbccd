"""Expected failures as data (A44): an interface with a code, and its concrete kinds."""

from datetime import datetime

import strawberry

from domain import errors as domain
from domain.actors import ActorRef
from domain.flags.guarded_operations import FeatureAvailability
from schema.context import Info
from schema.enums import ErrorCode, describe
from schema.types.actors import Actor, load_actor
from schema.types.readiness import LaunchReadiness

describe(
    ErrorCode,
    "The code of an expected failure.",
    INVALID="A value is not acceptable.",
    REQUIRED="Something is missing.",
    NOT_FOUND="It does not exist, or you may not see it.",
    FORBIDDEN="You may not do this.",
    UNIQUE="It exists already.",
    VERSION_CONFLICT="Somebody changed it since you read it.",
    INVALID_TRANSITION="The current state does not allow the action.",
    NOT_READY="The phase is not ready.",
    PLAN_DRIFT="Something has changed since the plan was made.",
    LOCKED="It cannot be edited now.",
    LOSES_USERS="People who have a feature now would lose it: name the flags in acceptLosses.",
    LIMITED="Flags would not be at their targets: name them in acceptLimits.",
    NOT_VERIFIED="The database would hold another result than was asked. Nothing was changed.",
    EXPIRED="Its time has passed.",
    ALREADY_USED="It works only once.",
    REVOKED="It was revoked.",
    EMAIL_MISMATCH="It is meant for another e-mail address.",
    RATE_LIMITED="Too many attempts: wait.",
    DEPENDENCY_DOWN="A server that is needed does not answer.",
    FEATURE_OFF="A feature flag is off: the feature is paused, or not open yet.",
    CONSENT_REQUIRED="The account has to accept the documents in the message: `acceptDocuments`.",
    EVENTS_ARCHIVED="The events that it needs were moved to an archive.",
)
describe(
    FeatureAvailability,
    "Whether a guarded operation is available.",
    OPEN="It is available.",
    PAUSED="Its flag was on before and is off or killed now.",
    NOT_YET="Its flag has never been on for the caller.",
)


@strawberry.interface(description="An expected failure of a mutation.")
class Error:
    """The fields of every expected failure."""

    code: ErrorCode = strawberry.field(description="The code, for programs.")
    message: str = strawberry.field(description="A sentence, for people.")
    path: list[str] | None = strawberry.field(description="The path of the input field.")
    retry_after_seconds: float | None = strawberry.field(
        description="Seconds until a retry may succeed, for RATE_LIMITED; also in the header Retry-"
        "After.",
        default=None,
    )

    @classmethod
    def of(cls, error: domain.LaunchError) -> "Error":
        """Build the concrete type for an expected failure."""
        path = list(error.path) or None
        if isinstance(error, domain.VersionConflict):
            return VersionConflictError(
                code=error.code,
                message=error.message,
                path=path,
                current_version=error.current_version,
                changed_at=error.changed_at,
                ref=error.changed_by,
            )
        if isinstance(error, domain.NotReady):
            readiness = LaunchReadiness.of(error.readiness)
            return NotReadyError(
                code=error.code, message=error.message, path=path, readiness=readiness
            )
        if isinstance(error, domain.InvalidTransition):
            return InvalidTransitionError(
                code=error.code,
                message=error.message,
                path=path,
                possible=None if error.possible is None else list(error.possible),
            )
        if isinstance(error, domain.PlanDrift):
            return PlanDriftError(
                code=error.code,
                message=error.message,
                path=path,
                changed=None if error.changed is None else list(error.changed),
            )
        if isinstance(error, domain.FeatureOff):
            return FeatureOffError(
                code=error.code,
                message=error.message,
                path=path,
                flag=error.flag,
                availability=error.availability,
            )
        wait = error.retry_after_seconds if isinstance(error, domain.RateLimited) else None
        return UserError(
            code=error.code, message=error.message, path=path, retry_after_seconds=wait
        )

    @classmethod
    def every(cls, error: domain.LaunchError) -> "list[Error]":
        """Build all failures of a mutation, each with its path."""
        return [cls.of(part) for part in domain.parts_of(error)]


@strawberry.type(description="A failure that needs no further fields.")
class UserError(Error):
    """A failure without further fields."""


@strawberry.type(description="Somebody changed the object since you read it.")
class VersionConflictError(Error):
    """A conflict, with the current version and who made it (A5)."""

    current_version: int = strawberry.field(description="The current version.")
    changed_at: datetime = strawberry.field(description="When it was made.")
    ref: strawberry.Private[ActorRef | None] = None

    @strawberry.field(description="Who made it.")
    async def changed_by(self, info: Info) -> Actor | None:
        """Load it only if it is selected."""
        return await load_actor(info, self.ref) if self.ref else None


@strawberry.type(description="The phase is not ready.")
class NotReadyError(Error):
    """A refused activation, with the readiness report (X2)."""

    readiness: LaunchReadiness = strawberry.field(description="Every check with its evidence.")


@strawberry.type(
    description="A feature flag that guards the operation is off. Nothing was changed."
)
class FeatureOffError(Error):
    """A guarded operation that is closed, with its flag (M1)."""

    flag: str = strawberry.field(description="The key of the flag.")
    availability: FeatureAvailability = strawberry.field(
        description="PAUSED or NOT_YET, whichever is true."
    )


@strawberry.type(description="The current state does not allow the action.")
class InvalidTransitionError(Error):
    """A refused action, with those that are possible."""

    possible: list[str] | None = strawberry.field(
        description="The possible actions of a phase or an incident, by name; null if it depends on"
        " other things."
    )


@strawberry.type(description="Something has changed since the plan was made.")
class PlanDriftError(Error):
    """A plan that is out of date, with what changed."""

    changed: list[str] | None = strawberry.field(
        description="Keys of the flags that changed, came or went, and `phase` for its settings; "
        "null where only the whole could be compared."
    )
