"""E-mails to people who have stopped in the guided setup (S73, X12)."""

from dataclasses import dataclass, field, replace

from domain.journeys.onboarding import OnboardingSide, Step
from domain.mail.email import Email, MailKind
from domain.mail.email_layout import BRANDS, Button, Words, write
from domain.marketplace.nudges import NudgeKind
from domain.platform.platforms import Platform

_PLATFORMS = {
    OnboardingSide.SUPPLIER: Platform.WEDSYNC,
    OnboardingSide.COUPLE: Platform.WEDME,
}


@dataclass(frozen=True, slots=True)
class Nudging:
    """The recipient's next step. `unsubscribe` is the link that stops these e-mails."""

    side: OnboardingSide
    step: Step
    link: str
    unsubscribe: str = field(repr=False)


def nudge_email(recipient: str, kind: NudgeKind, nudging: Nudging) -> Email:
    """The e-mail of a nudge, with a link that stops them."""
    platform = _PLATFORMS[nudging.side]
    written = write(MailKind.NUDGE, platform, recipient, _WORDS[kind](nudging))
    return replace(written, unsubscribe=nudging.unsubscribe)


def _stuck_words(nudging: Nudging) -> Words:
    step, name = nudging.step, BRANDS[_PLATFORMS[nudging.side]].name
    return Words(
        f"Your next step on {name}: {step.title}",
        (
            "Hello,",
            f"You have started to set up {name}. The next step is “{step.title}”: "
            f"{step.description[:1].lower()}{step.description[1:]}.",
            "Do you need help? Ask on that page, and our team will answer.",
        ),
        Button("Continue", nudging.link),
        f"Stop reminders: {nudging.unsubscribe}",
    )


def _works_again_words(nudging: Nudging) -> Words:
    name = BRANDS[_PLATFORMS[nudging.side]].name
    return Words(
        f"{name} works again: continue where you left off",
        (
            "Hello,",
            f"“{nudging.step.title}” did not work during your last visit. We are sorry. "
            "It works again, and everything you entered is still there.",
        ),
        Button("Continue here", nudging.link),
        f"Stop reminders: {nudging.unsubscribe}",
    )


_WORDS = {NudgeKind.STUCK: _stuck_words, NudgeKind.WORKS_AGAIN: _works_again_words}
