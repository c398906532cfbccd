"""Requests for help, as the support team reads them (S44)."""

from dataclasses import dataclass
from datetime import datetime

from domain.journeys.onboarding import OnboardingSide, find_step
from domain.mail.email_layout import one_line

KEY = "assistance:"  # prefix of the key of each request's alert


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """An open request for help."""

    email: str
    side: OnboardingSide
    step: str | None
    message: str | None
    asked_at: datetime


def title(request: HelpRequest) -> str:
    """The title of its alert."""
    return f"A {request.side} needs help: {request.email}"


def text(request: HelpRequest, base_url: str) -> str:
    """The message of the person, their step, and where to answer."""
    step = find_step(request.side, request.step) if request.step else None
    message = one_line(request.message, 1_000) if request.message else "They left no message."
    where = f"They stand at “{step.title}”." if step else "Their setup is complete."
    return f"{message}\n{where}\nAnswer in the list of people who need help: {base_url}/admin"
