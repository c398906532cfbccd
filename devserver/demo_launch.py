"""The content of the demo launch: the MVP launch of the source document (S123)."""

from datetime import timedelta

from domain.flags.flags import BucketBy
from domain.metrics.criteria import Aggregation, Comparator, Criterion, GuardAction
from domain.phases.phases import RampStep, RollbackMode, RollbackPlan
from domain.platform.percent import Percent
from domain.platform.platforms import Platform
from services.flags.flags import FlagDraft
from services.phases.phases import FlagLink, PhaseDraft

_HOUR = 3_600
_DAY = 24 * _HOUR


def _supplier(key: str, name: str, description: str) -> FlagDraft:
    return FlagDraft(key, name, description, target_groups=("supplier",))


def _couple(key: str, name: str, description: str) -> FlagDraft:
    """A flag for couples, bucketed by couple so that both partners see the same."""
    return FlagDraft(key, name, description, target_groups=("couple",), bucket_by=BucketBy.COUPLE)


_TESTING = (
    FlagDraft(
        "mvp_test_feature",
        "Test feature",
        "Does nothing: switch it on and off to see how fast a flag reaches every client.",
        target_groups=("admin", "operator"),
    ),
)

_SUPPLIERS = (
    _supplier(
        "mvp_supplier_signup", "Supplier sign-up", "Let suppliers make an account on WedSync."
    ),
    _supplier(
        "mvp_supplier_dashboard",
        "Supplier dashboard",
        "The landing page: onboarding progress, client overview and system status.",
    ),
    _supplier(
        "mvp_supplier_onboarding",
        "Guided set-up for suppliers",
        "Three steps, one after the other, so that nobody is overwhelmed.",
    ),
    _supplier(
        "mvp_step_business_info",
        "Step 1: business information",
        "Tell us about your wedding business.",
    ),
    _supplier(
        "mvp_step_first_client",
        "Step 2: add your first client",
        "Add a couple that you are working with.",
    ),
    _supplier(
        "mvp_step_send_invitation",
        "Step 3: connect with your couple",
        "Send them an invitation to WedMe.",
    ),
    _supplier(
        "mvp_client_management",
        "Client list",
        "A simple list of clients with their connection status.",
    ),
    _supplier(
        "mvp_client_invitations",
        "Invitations",
        "Invite clients from the list, and see whether they came.",
    ),
    _supplier(
        "mvp_supplier_settings", "Supplier settings", "Basic profile and access to launch features."
    ),
)

_COUPLES = (
    _couple(
        "mvp_invitation_accept",
        "Accept an invitation",
        "Open the link of a supplier and sign up with it.",
    ),
    _couple(
        "mvp_couple_onboarding",
        "Guided set-up for couples",
        "Names, wedding date, first connection.",
    ),
    _couple(
        "mvp_couple_dashboard",
        "Couple overview",
        "The welcome page: supplier connections and next steps.",
    ),
    _couple(
        "mvp_couple_suppliers",
        "Supplier list",
        "All connected suppliers with the state of the conversation.",
    ),
    _couple(
        "mvp_couple_profile", "Couple profile", "Basic wedding information and account settings."
    ),
    _couple(
        "mvp_step_invite_partner",
        "Bring your partner",
        "Invite the second partner, who gets an account of their own.",
    ),
    _couple(
        "mvp_direct_connections",
        "Direct connections",
        "Sign up as a couple without an invitation, and be connected later.",
    ),
)

_STABLE = (
    FlagDraft(
        "mvp_activation_triggers",
        "Activation triggers",
        "Encourage people whose journey has stalled.",
    ),
    FlagDraft(
        "mvp_onboarding_assistance",
        "Onboarding assistance",
        "Let people ask for help at the step where they are stuck.",
    ),
    FlagDraft(
        "mvp_realtime_updates",
        "Real-time updates",
        "Show changes on open pages within three seconds.",
    ),
)

FLAGS = (*_TESTING, *_SUPPLIERS, *_COUPLES, *_STABLE)


def _links(drafts: tuple[FlagDraft, ...]) -> tuple[FlagLink, ...]:
    return tuple(FlagLink(draft.key, position=place) for place, draft in enumerate(drafts))


def _criteria(action: GuardAction) -> tuple[Criterion, ...]:
    """The limits of the acceptance criteria (S64, S105 to S107)."""
    return (
        Criterion(
            "errors_low", "error_rate", Aggregation.RATE, 60, Comparator.LT, 2.0, action=action
        ),
        Criterion(
            "answers_fast",
            "response_time_ms",
            Aggregation.P95,
            60,
            Comparator.LT,
            500.0,
            action=GuardAction.HOLD,
        ),
        Criterion(
            "signups_work",
            "signup_server_errors",
            Aggregation.SUM,
            300,
            Comparator.LT,
            10.0,
            min_samples=0,
            action=GuardAction.HOLD,
        ),
    )


def _plan(*manual_steps: str, mode: RollbackMode = RollbackMode.DISABLE_ALL) -> RollbackPlan:
    return RollbackPlan(mode=mode, manual_steps=manual_steps)


_RAMP = (
    RampStep(Percent(5), hold_seconds=_DAY),
    RampStep(Percent(25), hold_seconds=2 * _DAY),
    RampStep(Percent(50), hold_seconds=2 * _DAY),
    RampStep(Percent(100), requires_approval=True),
)

# Each with its first day, counted from that of the launch, and its length.
PHASES = (
    (
        PhaseDraft(
            "pre_launch_testing",
            "Pre-launch testing",
            "Final check of the system, validation of the launch runbook, team coordination.",
            steps=(RampStep(Percent(100)),),
            criteria=_criteria(GuardAction.WARN),
            rollback_plan=_plan("Tell the team that the launch moves.", "Note what failed."),
            flags=_links(_TESTING),
        ),
        timedelta(days=0),
        timedelta(days=3),
    ),
    (
        PhaseDraft(
            "supplier_rollout",
            "Supplier rollout",
            "Let suppliers in step by step, and watch their onboarding.",
            platforms=(Platform.WEDSYNC,),
            steps=_RAMP,
            criteria=_criteria(GuardAction.ROLLBACK),
            rollback_plan=_plan(
                "Post in #launch what suppliers see now.",
                "Hold the marketing mails to suppliers.",
                "Call the suppliers who were in the middle of an invitation.",
            ),
            flags=_links(_SUPPLIERS),
        ),
        timedelta(days=3),
        timedelta(days=7),
    ),
    (
        PhaseDraft(
            "couple_rollout",
            "Couple rollout",
            "Let the invited couples in: the invitation, their set-up, the first connection.",
            platforms=(Platform.WEDME,),
            steps=_RAMP,
            criteria=_criteria(GuardAction.ROLLBACK),
            rollback_plan=_plan(
                "Post in #launch what couples see now.",
                "Tell suppliers that their invitations wait.",
                "Extend the invitations that would expire meanwhile.",
            ),
            flags=_links(_COUPLES),
        ),
        timedelta(days=3),
        timedelta(days=7),
    ),
    (
        PhaseDraft(
            "stabilisation",
            "Stabilisation",
            "Resolve what came up, improve by the first feedback, judge the launch by its numbers.",
            steps=(
                RampStep(Percent(25), hold_seconds=_DAY),
                RampStep(Percent(100), requires_approval=True),
            ),
            criteria=_criteria(GuardAction.HOLD),
            rollback_plan=_plan(
                "Note in the launch report which improvement was taken back.",
                mode=RollbackMode.RESTORE_PREVIOUS,
            ),
            flags=_links(_STABLE),
        ),
        timedelta(days=10),
        timedelta(days=4),
    ),
)
