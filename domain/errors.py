"""All expected failures. The docstring of a class is its default message (A44)."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from domain.actors import ActorRef
    from domain.flags.guarded_operations import FeatureAvailability, GuardedOperation
    from domain.phases.readiness import Readiness


class ErrorCode(StrEnum):
    """The code of an expected failure of a mutation."""

    INVALID = "invalid"
    REQUIRED = "required"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    UNIQUE = "unique"
    VERSION_CONFLICT = "version_conflict"
    INVALID_TRANSITION = "invalid_transition"
    NOT_READY = "not_ready"
    PLAN_DRIFT = "plan_drift"
    LOCKED = "locked"
    LOSES_USERS = "loses_users"
    LIMITED = "limited"
    NOT_VERIFIED = "not_verified"
    EXPIRED = "expired"
    ALREADY_USED = "already_used"
    REVOKED = "revoked"
    EMAIL_MISMATCH = "email_mismatch"
    RATE_LIMITED = "rate_limited"
    DEPENDENCY_DOWN = "dependency_down"
    FEATURE_OFF = "feature_off"
    CONSENT_REQUIRED = "consent_required"
    EVENTS_ARCHIVED = "events_archived"


class LaunchError(Exception):
    """The request could not be carried out."""

    code: ClassVar[ErrorCode] = ErrorCode.INVALID

    def __init__(self, message: str | None = None, *, path: Sequence[str] = ()) -> None:
        """`message` defaults to the docstring of the class; `path` names the input field."""
        self.message = message or (type(self).__doc__ or "").strip()
        self.path = tuple(path)
        super().__init__(self.message)


class Invalid(LaunchError):
    """The value is not allowed here."""

    code = ErrorCode.INVALID


class Required(LaunchError):
    """A value is required here."""

    code = ErrorCode.REQUIRED


class NotFound(LaunchError):
    """There is no such thing, or it is not yours to see."""

    code = ErrorCode.NOT_FOUND


class Forbidden(LaunchError):
    """You may not do this."""

    code = ErrorCode.FORBIDDEN


class NotUnique(LaunchError):
    """The value is taken."""

    code = ErrorCode.UNIQUE


class VersionConflict(LaunchError):
    """Somebody changed it since you read it."""

    code = ErrorCode.VERSION_CONFLICT

    def __init__(
        self,
        *,
        current_version: int,
        changed_at: datetime,
        changed_by: "ActorRef | None" = None,
        message: str | None = None,
        path: Sequence[str] = ("input", "expectedVersion"),
    ) -> None:
        """Say which version is current and who made it (A5)."""
        super().__init__(
            message
            or f"The current version is {current_version}, not yours. Read again, then decide.",
            path=path,
        )
        self.current_version = current_version
        self.changed_at = changed_at
        self.changed_by = changed_by


class InvalidTransition(LaunchError):
    """The state does not allow this action."""

    code = ErrorCode.INVALID_TRANSITION

    def __init__(
        self,
        message: str | None = None,
        *,
        path: Sequence[str] = (),
        possible: Sequence[str] | None = None,
    ) -> None:
        """`possible`: the actions that the state allows; None if unknown."""
        if message and possible is not None:
            names = ", ".join(name.lower() for name in possible) or "nothing"
            message = f"{message.rstrip('.')}; possible: {names}."
        super().__init__(message, path=path)
        self.possible = possible


class NotReady(LaunchError):
    """System not healthy for launch."""

    code = ErrorCode.NOT_READY

    def __init__(self, message: str, *, readiness: "Readiness") -> None:
        """Carry the whole readiness, so that the client can show every check (X2)."""
        super().__init__(message)
        self.readiness = readiness


class PlanDrift(LaunchError):
    """The plan that you saw is no longer what would happen. Look at it again."""

    code = ErrorCode.PLAN_DRIFT

    def __init__(
        self,
        message: str | None = None,
        *,
        path: Sequence[str] = (),
        changed: Sequence[str] | None = None,
    ) -> None:
        """`changed`: the parts of the plan that differ now; None if unknown."""
        if changed:
            message = f"{message or type(self).__doc__} Changed: {', '.join(changed)}."
        super().__init__(message, path=path)
        self.changed = changed


class Locked(LaunchError):
    """It is locked while a launch runs on it."""

    code = ErrorCode.LOCKED


class LosesUsers(LaunchError):
    """Some people who have a feature now would lose it."""

    code = ErrorCode.LOSES_USERS


class Limited(LaunchError):
    """Some flags would not be at their targets."""

    code = ErrorCode.LIMITED


class NotVerified(LaunchError):
    """The result is not what was asked. Nothing was changed."""

    code = ErrorCode.NOT_VERIFIED


class Expired(LaunchError):
    """It has expired."""

    code = ErrorCode.EXPIRED


class AlreadyUsed(LaunchError):
    """It has been used already."""

    code = ErrorCode.ALREADY_USED


class Revoked(LaunchError):
    """It has been revoked."""

    code = ErrorCode.REVOKED


class EmailMismatch(LaunchError):
    """You are signed in with another e-mail address."""

    code = ErrorCode.EMAIL_MISMATCH


class RateLimited(LaunchError):
    """Too many attempts. Wait a little."""

    code = ErrorCode.RATE_LIMITED

    def __init__(self, message: str | None = None, *, retry_after_seconds: float = 1.0) -> None:
        """retry_after_seconds: when the next attempt may succeed."""
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Several(LaunchError):
    """Several values are not acceptable."""

    def __init__(self, errors: Sequence[LaunchError]) -> None:
        """Carry all errors, so that a client can show each at its field."""
        super().__init__(" ".join(error.message for error in errors))
        self.errors = tuple(errors)


class Collector:
    """Collects expected failures, so that all of them are reported at once."""

    def __init__(self) -> None:
        """Start without errors."""
        self._errors: list[LaunchError] = []

    def __enter__(self) -> Self:
        """`with collector:` keeps an expected failure of the block and continues after it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> bool:
        """Suppress expected failures only."""
        if isinstance(error, LaunchError):
            self._errors += parts_of(error)
            return True
        return False

    def raise_all(self) -> None:
        """Raise what was collected: a single error as it is, several as Several."""
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            raise Several(self._errors)


def parts_of(error: LaunchError) -> Sequence[LaunchError]:
    """The single failures of an error."""
    return error.errors if isinstance(error, Several) else (error,)


class DependencyDown(LaunchError):
    """A part that this needs does not answer. Nothing was changed."""

    code = ErrorCode.DEPENDENCY_DOWN

    def __init__(
        self, message: str | None = None, *, path: Sequence[str] = (), cause: str | None = None
    ) -> None:
        """`cause` is for operators (log, health, readiness); callers read the message."""
        super().__init__(message, path=path)
        self.cause = cause


class FeatureOff(LaunchError):
    """A feature flag holds this back."""

    code = ErrorCode.FEATURE_OFF

    def __init__(
        self, operation: "GuardedOperation", flag: str, availability: "FeatureAvailability"
    ) -> None:
        """`flag` is the flag that is off; `message` is shown to the caller."""
        why = "is paused for now" if availability == "paused" else "is not open yet"
        super().__init__(f"{operation.title} {why}.")
        self.operation, self.flag, self.availability = operation, flag, availability


class ConsentRequired(LaunchError):
    """An account has to accept documents before it goes on."""

    code = ErrorCode.CONSENT_REQUIRED

    def __init__(self, documents: Sequence[tuple[str, int]]) -> None:
        """`documents`: title and version of each."""
        names = " and ".join(f"“{title}” (version {version})" for title, version in documents)
        super().__init__(f"Please read and accept {names} first.")
