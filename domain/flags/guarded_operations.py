"""The registry of operations that feature flags guard: mutations, streams, steps, jobs (D8, M1).

An operation is open if every flag of it that exists is on for the caller. A flag that does not
exist guards nothing; readiness lists it. Operations that clean up (ending, revoking, declining,
unsubscribing, deleting, exporting) are never guarded.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.actors import UserType
from domain.flags.flags import Evaluation, EvaluationErrorCode, Flag
from domain.platform.percent import NOBODY

_SUPPLIER = frozenset({UserType.SUPPLIER})
_COUPLE = frozenset({UserType.COUPLE})
_BOTH = _SUPPLIER | _COUPLE
_INVITE_PARTNER = ("mvp_step_invite_partner", "onboarding_invite_partner")


class OperationKind(StrEnum):
    """The kind of a guarded operation."""

    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"
    STEP = "step"
    PAGE = "page"
    JOB = "job"


class FeatureAvailability(StrEnum):
    """Whether a caller may use a guarded operation, and if not, why."""

    OPEN = "open"
    PAUSED = "paused"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class GuardedOperation:
    """An operation with its flags. `sides`: the user types to which the flags apply.

    `title` begins a sentence such as "... is paused for now."; `name` is that of the graph, the
    key of a step, the path of a page or the name of a job.
    """

    kind: OperationKind
    name: str
    title: str
    flags: tuple[str, ...]
    sides: frozenset[UserType] = _BOTH

    @property
    def label(self) -> str:
        """For operators: `mutation signUp (supplier)`."""
        sides = "" if self.sides == _BOTH else f" ({', '.join(sorted(self.sides))})"
        return f"{self.kind} {self.name}{sides}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The operations whose flags do not exist."""

    ok: bool
    detail: str


ALL_GUARDED = Coverage(ok=True, detail="all have a flag")


def _step(key: str, title: str, sides: frozenset[UserType]) -> GuardedOperation:
    """A step of the setup. Its flag's former name `onboarding_<key>` works until 2027-06-30."""
    flags = (f"mvp_step_{key}", f"onboarding_{key}")
    return GuardedOperation(OperationKind.STEP, key, f"The step “{title}”", flags, sides)


def _of_kind(
    kind: OperationKind, *rows: tuple[str, str, str, frozenset[UserType]]
) -> tuple[GuardedOperation, ...]:
    return tuple(
        GuardedOperation(kind, name, title, (flag,), sides) for name, title, flag, sides in rows
    )


OPERATIONS: tuple[GuardedOperation, ...] = (
    *_of_kind(
        OperationKind.MUTATION,
        ("signUp", "Signing up as a supplier", "mvp_supplier_signup", _SUPPLIER),
        ("signUp", "Signing up without an invitation", "mvp_direct_connections", _COUPLE),
        ("acceptInvitation", "Accepting invitations", "mvp_invitation_accept", _COUPLE),
        ("completeOnboardingStep", "The guided setup", "mvp_supplier_onboarding", _SUPPLIER),
        ("completeOnboardingStep", "The guided setup", "mvp_couple_onboarding", _COUPLE),
        ("addClient", "Adding clients", "mvp_client_management", _SUPPLIER),
        ("updateClient", "Editing clients", "mvp_client_management", _SUPPLIER),
        ("importClients", "Importing clients", "mvp_client_management", _SUPPLIER),
        ("inviteClients", "Inviting clients", "mvp_client_invitations", _SUPPLIER),
        ("inviteClient", "Inviting clients", "mvp_client_invitations", _SUPPLIER),
        ("resendInvitation", "Inviting clients", "mvp_client_invitations", _SUPPLIER),
        ("updateProfile", "Editing your business profile", "mvp_supplier_settings", _SUPPLIER),
        ("updateProfile", "Editing your wedding profile", "mvp_couple_profile", _COUPLE),
        ("requestAssistance", "Asking for help here", "mvp_onboarding_assistance", _BOTH),
    ),
    GuardedOperation(
        OperationKind.MUTATION,
        "inviteToCouple",
        "Inviting your partner",
        _INVITE_PARTNER,
        _COUPLE,
    ),
    GuardedOperation(
        OperationKind.MUTATION,
        "acceptCoupleInvitation",
        "Joining your partner",
        ("mvp_invitation_accept", *_INVITE_PARTNER),
        _COUPLE,
    ),
    *_of_kind(
        OperationKind.SUBSCRIPTION,
        ("viewerOnboarding", "Updating this page live", "mvp_realtime_updates", _BOTH),
        ("invitation", "Updating this page live", "mvp_realtime_updates", _BOTH),
        ("clients", "Updating this page live", "mvp_realtime_updates", _BOTH),
        ("partnerships", "Updating this page live", "mvp_realtime_updates", _BOTH),
        ("bulkInvitation", "Updating this page live", "mvp_realtime_updates", _SUPPLIER),
        ("viewerCouple", "Updating this page live", "mvp_realtime_updates", _COUPLE),
    ),
    _step("business_info", "Business Information", _SUPPLIER),
    _step("first_client", "Add Your First Client", _SUPPLIER),
    _step("send_invitation", "Connect with Your Couple", _SUPPLIER),
    _step("basic_details", "Basic Details", _COUPLE),
    _step("first_connection", "Your First Connection", _COUPLE),
    _step("invite_partner", "Bring Your Partner", _COUPLE),
    *_of_kind(
        OperationKind.PAGE,
        ("/dashboard", "Your dashboard", "mvp_supplier_dashboard", _SUPPLIER),
        ("/onboarding", "The guided setup", "mvp_supplier_onboarding", _SUPPLIER),
        ("/clients", "Your client list", "mvp_client_management", _SUPPLIER),
        ("/settings", "Your business profile", "mvp_supplier_settings", _SUPPLIER),
        ("/overview", "Your suppliers at a glance", "mvp_couple_dashboard", _COUPLE),
        ("/suppliers", "Your list of suppliers", "mvp_couple_suppliers", _COUPLE),
        ("/profile", "Your wedding profile", "mvp_couple_profile", _COUPLE),
    ),
    *_of_kind(
        OperationKind.JOB,
        ("nudges", "Encouragement", "mvp_activation_triggers", _BOTH),
    ),
)
NUDGES = next(item for item in OPERATIONS if item.kind is OperationKind.JOB)
BULK_INVITATIONS = next(item for item in OPERATIONS if item.name == "inviteClients")
RESENDING = next(item for item in OPERATIONS if item.name == "resendInvitation")
SIGN_UPS = frozenset({"signUp", "acceptInvitation", "acceptCoupleInvitation"})
_ROOT_FIELDS = frozenset({OperationKind.MUTATION, OperationKind.SUBSCRIPTION})


def guards_of_call(
    field_name: str, step: object, side: UserType | None
) -> Sequence[GuardedOperation]:
    """The entries that guard a mutation or subscription, and the step that it names."""
    return [
        item
        for item in operations_of(side)
        if (item.kind in _ROOT_FIELDS and item.name == field_name)
        or (item.kind is OperationKind.STEP and item.name == step)
    ]


def step_flags(key: str) -> tuple[str, ...]:
    """The flags that guard a step of the guided setup."""
    return next(
        item.flags for item in OPERATIONS if item.kind is OperationKind.STEP and item.name == key
    )


def operations_of(side: UserType | None) -> Sequence[GuardedOperation]:
    """The guarded operations of a user type."""
    return [item for item in OPERATIONS if side in item.sides]


def sign_ups_of(side: UserType) -> Sequence[GuardedOperation]:
    """The operations that create an account of a user type."""
    return [item for item in operations_of(side) if item.name in SIGN_UPS]


def guards_of(flag_key: str) -> list[str]:
    """The labels of the operations that a flag guards, for operators."""
    return [item.label for item in OPERATIONS if flag_key in item.flags]


def coverage(flag_keys: Collection[str]) -> Coverage:
    """List the operations that are open because none of their flags exists.

    Without any flag of the registry nothing is guarded on purpose; with some, one may be missing.
    """
    open_ones = [item for item in OPERATIONS if not set(item.flags) & set(flag_keys)]
    if not open_ones:
        return ALL_GUARDED
    missing = "; ".join(f"{item.label} ({item.flags[0]})" for item in open_ones)
    return Coverage(
        ok=len(open_ones) == len(OPERATIONS),
        detail=f"open to everybody, since no flag exists: {missing}",
    )


def all_flags() -> frozenset[str]:
    """Every flag key in the registry."""
    return frozenset(key for item in OPERATIONS for key in item.flags)


def admits_somebody(evaluations: Iterable[Evaluation]) -> bool:
    """True if an unknown visitor may try: the percentage is decided with the e-mail address."""
    return all(item.value or _depends_on_person(item) for item in evaluations)


def availability(flag: Flag | None, *, killed: bool, has_been_on: bool) -> FeatureAvailability:
    """Why an operation is closed: its flag is off for everybody or for this caller only."""
    if killed:
        return FeatureAvailability.PAUSED
    is_off = flag is None or not flag.enabled or flag.rollout_percentage <= NOBODY
    return FeatureAvailability.PAUSED if is_off and has_been_on else FeatureAvailability.NOT_YET


def _depends_on_person(item: Evaluation) -> bool:
    missing = item.error_code is EvaluationErrorCode.TARGETING_KEY_MISSING
    return missing and (item.limit or 0) > 0
