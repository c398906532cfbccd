"""The guided setup and its progress (S42, S83 to S86)."""

from datetime import datetime

import strawberry

from db.models import onboarding as rows
from domain.actors import UserType as Side
from domain.errors import LaunchError
from domain.flags.flags import EvaluationContext
from domain.journeys import onboarding as rules
from schema.context import Info
from schema.enums import UserType
from schema.pagination import Connection
from schema.types.actors import User
from schema.types.errors import Error
from schema.types.node import Node, node_id
from schema.types.nudges import OnboardingBanner, OnboardingNudge
from services.journeys import onboarding_steps
from services.journeys.onboarding import progress_of


@strawberry.type(description="One step of the guided setup.")
class OnboardingStep:
    """A step, with the time when it was completed."""

    key: str = strawberry.field(description="The key.")
    title: str = strawberry.field(description="Its heading.")
    description: str = strawberry.field(description="What is to be done.")
    required: bool = strawberry.field(description="Whether it counts for the percentage.")
    enabled: bool = strawberry.field(
        description="Whether it is offered: its flag `mvp_step_<key>` is on or does not exist, and "
        "the required steps before it are done."
    )
    completed_at: datetime | None = strawberry.field(description="When it was completed.")
    seconds_spent: int | None = strawberry.field(
        description="Seconds since the previous step was completed, or the account was created."
    )


@strawberry.type(description="The progress of somebody in the guided setup.")
class Onboarding(Node):
    """The setup of one person; derived fields are computed in one place (decision 14)."""

    user_type: UserType = strawberry.field(description="Which steps apply.")
    percent_complete: int = strawberry.field(
        description="Required steps done of all required ones, 0 to 100."
    )
    assistance_needed: bool = strawberry.field(description="Whether they asked for help.")
    assistance_message: str | None = strawberry.field(description="Their question.")
    completed_at: datetime | None = strawberry.field(
        description="When the last required step was done."
    )
    last_activity_at: datetime = strawberry.field(description="Their last activity.")
    nudges_enabled: bool = strawberry.field(description="Whether they get reminders.")
    nudge: OnboardingNudge | None = strawberry.field(
        description="The current nudge, if there is one."
    )
    row: strawberry.Private[rows.OnboardingProgress]

    @strawberry.field(description="All steps, in the order in which they are offered.")
    async def steps(self, info: Info) -> list[OnboardingStep]:
        """List the steps that are offered; flags are evaluated only if a step has one."""
        progress, hidden = progress_of(self.row), await self._hidden(info)
        spent, side = rules.seconds_spent(progress), self.row.user_type
        offered = rules.open_steps(side, progress.done, lambda step: step.key not in hidden)
        return [
            OnboardingStep(
                key=step.key,
                title=step.title,
                description=step.description,
                required=step.required,
                enabled=step.key in offered,
                completed_at=progress.done.get(step.key),
                seconds_spent=spent.get(step.key),
            )
            for step in rules.steps_of(side)
        ]

    @strawberry.field(description="The next step; null if there is none.")
    async def current_step(self, info: Info) -> str | None:
        """Return the first required step that is offered and not completed."""
        hidden, done = await self._hidden(info), progress_of(self.row).done
        return rules.next_step(self.row.user_type, done, lambda step: step.key not in hidden)

    @strawberry.field(description="Set while an incident affects the next step.")
    async def banner(self, info: Info) -> OnboardingBanner | None:
        """Load the banner: nobody is reminded while an incident blocks the step (X12)."""
        done, hidden = progress_of(self.row).done, await self._hidden(info)
        key = rules.next_step(self.row.user_type, done, lambda step: step.key not in hidden)
        step = rules.find_step(self.row.user_type, key) if key else None
        if step is None:
            return None
        incidents = await info.context.loaders.incident_on_flag.load_many(step.flag_keys)
        incident = next((item for item in incidents if item is not None), None)
        episode = incident and await info.context.loaders.episode.load(incident.id)
        return OnboardingBanner.of(step, episode) if episode else None

    @strawberry.field(description="The step at which they have been inactive for five minutes.")
    async def stuck_at_step(self, info: Info) -> str | None:
        """Return the stalled step, if it is offered."""
        progress, hidden = progress_of(self.row), await self._hidden(info)
        last, now = self.row.last_activity_at, info.context.now
        return rules.stuck_at(progress, last, now, lambda step: step.key not in hidden)

    @strawberry.field(
        description="A supplier has sent an invitation; a couple has its first connection."
    )
    async def first_value_achieved(self, info: Info) -> bool:
        """Return whether the success of the launch is reached (S86)."""
        loaders, user_id = info.context.loaders, self.row.user_id
        if self.row.user_type is rules.OnboardingSide.SUPPLIER:
            supplier = await loaders.supplier_of_user.load(user_id)
            return supplier is not None and supplier.first_value_achieved
        couple = await loaders.couple_of_user.load(user_id)
        return couple is not None and couple.first_connection_made

    @strawberry.field(description="Whose it is.")
    async def user(self, info: Info) -> User | None:
        """Load the person, for the staff who help."""
        row = await info.context.loaders.user.load(self.row.user_id)
        return User.of(row) if row else None

    async def _hidden(self, info: Info) -> frozenset[str]:
        flags, side = info.context.runtime.flags.current, self.row.user_type
        if not onboarding_steps.bound(flags, side):
            return frozenset()
        person = await info.context.loaders.person.load(self.row.user_id)
        seen = person.context if person else EvaluationContext()
        return onboarding_steps.hidden(flags, side, seen)

    @classmethod
    def of(cls, row: rows.OnboardingProgress) -> "Onboarding":
        """Build the object from a database row."""
        return cls(
            id=node_id("Onboarding", row.id),
            user_type=Side(row.user_type.value),
            percent_complete=row.total_completion_percentage,
            assistance_needed=row.assistance_needed,
            assistance_message=row.assistance_message,
            completed_at=row.completed_at,
            last_activity_at=row.last_activity_at,
            nudges_enabled=not row.nudges_opted_out,
            nudge=OnboardingNudge.of(row),
            row=row,
        )


OnboardingConnection = Connection[Onboarding]


@strawberry.type(description="The onboarding as it is now.")
class OnboardingPayload:
    """The payload of mutations that move an onboarding."""

    onboarding: Onboarding | None = strawberry.field(default=None, description="The onboarding.")
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "OnboardingPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
