"""Reminders and banners for people whose onboarding is stalled (S73, X12)."""

from datetime import datetime

import strawberry

from db.models.incidents import IncidentEpisode
from db.models.onboarding import OnboardingProgress
from domain.journeys.onboarding import Step, find_step
from domain.marketplace import nudges as rules
from domain.marketplace.nudges import NudgeKind
from schema.enums import describe

describe(
    NudgeKind,
    "The reason of a nudge.",
    STUCK="They are stuck.",
    WORKS_AGAIN="An incident that blocked them is over.",
)


@strawberry.type(description="A nudge, shown until it is dismissed or a step is completed.")
class OnboardingNudge:
    """A reminder; a person gets at most three, however often they stall."""

    kind: NudgeKind = strawberry.field(description="Why it is shown.")
    message: str = strawberry.field(description="The text.")
    step: str = strawberry.field(description="The key of the step that comes next.")
    at: datetime = strawberry.field(description="Since when it is shown.")

    @classmethod
    def of(cls, row: OnboardingProgress) -> "OnboardingNudge | None":
        """Build the reminder of an onboarding, if there is one."""
        step = find_step(row.user_type, row.nudge_step) if row.nudge_step else None
        if row.nudge_kind is None or row.nudged_at is None or step is None:
            return None
        message = rules.message(row.nudge_kind, step)
        return cls(kind=row.nudge_kind, message=message, step=step.key, at=row.nudged_at)


@strawberry.type(description="A notice that an incident affects the next step.")
class OnboardingBanner:
    """Shown while an incident is open on the step, without internal details."""

    message: str = strawberry.field(description="The text.")
    step: str = strawberry.field(description="The key of the step.")
    since: datetime = strawberry.field(description="When the incident began.")

    @classmethod
    def of(cls, step: Step, episode: IncidentEpisode) -> "OnboardingBanner":
        """Build the banner for an incident."""
        return cls(message=rules.banner(step), step=step.key, since=episode.began_at)
