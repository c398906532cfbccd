"""Somebody asks a person for help: what the support reads (S44)."""

from dataclasses import dataclass
from datetime import datetime

from domain.journeys.onboarding import OnboardingSide, find_step
from domain.mail.email_layout import one_line

KEY = "assistance:"  # begins the key of the alert of each request


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """An open request."""

    email: str
    side: OnboardingSide
    step: str | None
    message: str | None
    asked_at: datetime


def title(request: HelpRequest) -> str:
    """The headline."""
    return f"A {request.side} needs help: {request.email}"


def text(request: HelpRequest, base_url: str) -> str:
    """What they said, where they stand, where to answer."""
    step = find_step(request.side, request.step) if request.step else None
    message = one_line(request.message, 1_000) if request.message else "They left no message."
    where = f"They stand at “{step.title}”." if step else "Their setup is complete."
    return f"{message}\n{where}\nAnswer in the list of people who need help: {base_url}/admin"
