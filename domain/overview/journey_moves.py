"""Maps events to moves of journey runs (S70)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.actors import UserType
from domain.events import Event, UserSignedUp
from domain.events.marketplace import InvitationChanged, OnboardingChanged, PartnershipChanged
from domain.journeys.journeys import ACCEPT_INVITATION, OPEN_INVITATION, JourneyKey, Outcome
from domain.journeys.onboarding import SEND_INVITATION, OnboardingSide
from domain.marketplace.invitations import InvitationStatus

ABANDONED, GAVE_UP = "abandoned", "gave up"  # actions of OnboardingChanged
SENT = "sent"  # of InvitationChanged, the first time


@dataclass(frozen=True, slots=True)
class JourneyMove:
    """A run moves, or `begins`. `owner`: a supplier or user; no subject: the owner's run.

    A user who signed up before runs were counted has no run, and nothing moves.
    """

    key: JourneyKey
    owner: UUID
    subject: UUID | None = None
    steps: tuple[str, ...] = ()
    outcome: Outcome | None = None
    begins: bool = False


def moves_of(event: Event) -> list[JourneyMove]:
    """The moves of an event; most events have none."""
    moves = _MOVES.get(type(event))
    return moves(event) if moves else []


def _moves_of_sign_up(event: Event) -> list[JourneyMove]:
    assert isinstance(event, UserSignedUp)
    if event.user_type is not UserType.SUPPLIER:
        return []
    return [
        JourneyMove(JourneyKey.SUPPLIER_ONBOARDING, event.user_id, begins=True),
        JourneyMove(JourneyKey.SIGNUP_TO_CONNECTION, event.user_id, begins=True),
    ]


def _moves_of_onboarding(event: Event) -> list[JourneyMove]:
    """The run also learns the vendor type, which may have come with the step."""
    assert isinstance(event, OnboardingChanged)
    if event.side is not OnboardingSide.SUPPLIER:
        return []
    outcome = _LEFT.get(event.action)
    setup = JourneyMove(
        JourneyKey.SUPPLIER_ONBOARDING, event.user_id, steps=event.completed, outcome=outcome
    )
    return [setup, _connection_move(event.user_id, outcome=outcome)]


def _moves_of_invitation(event: Event) -> list[JourneyMove]:
    assert isinstance(event, InvitationChanged)
    own = JourneyMove(
        JourneyKey.INVITATION_ACCEPT,
        event.supplier_id,
        event.invitation_id,
        _STEPS.get(event.after, ()),
        _outcome(event),
        begins=event.action == SENT,
    )
    # Only a connection ends that run: a declined supplier may have invited others too.
    opened = event.after is InvitationStatus.OPENED
    steps = (SEND_INVITATION, OPEN_INVITATION) if opened else (SEND_INVITATION,)
    return [own, _connection_move(event.supplier_id, steps)]


def _moves_of_partnership(event: Event) -> list[JourneyMove]:
    assert isinstance(event, PartnershipChanged)
    return [_connection_move(event.supplier_id, (ACCEPT_INVITATION,))] if event.is_active else []


def _connection_move(
    owner: UUID, steps: tuple[str, ...] = (), outcome: Outcome | None = None
) -> JourneyMove:
    return JourneyMove(JourneyKey.SIGNUP_TO_CONNECTION, owner, steps=steps, outcome=outcome)


def _outcome(event: InvitationChanged) -> Outcome | None:
    """A link that ends after it was opened is a failure; declined and unopened ones are not."""
    if event.after in (InvitationStatus.EXPIRED, InvitationStatus.REVOKED):
        tried = event.before is InvitationStatus.OPENED
        return Outcome.FAILED if tried else Outcome.ABANDONED
    if event.after is InvitationStatus.DECLINED:
        return Outcome.ABANDONED
    return Outcome.RUNNING if event.after is InvitationStatus.SENT else None


_LEFT = {ABANDONED: Outcome.ABANDONED, GAVE_UP: Outcome.FAILED}
_STEPS: Mapping[InvitationStatus, tuple[str, ...]] = {
    InvitationStatus.OPENED: (OPEN_INVITATION,),
    InvitationStatus.ACCEPTED: (ACCEPT_INVITATION,),
}
_MOVES: Mapping[type[Event], Callable[[Event], list[JourneyMove]]] = {
    UserSignedUp: _moves_of_sign_up,
    OnboardingChanged: _moves_of_onboarding,
    InvitationChanged: _moves_of_invitation,
    PartnershipChanged: _moves_of_partnership,
}
