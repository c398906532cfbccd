"""The flags of a phase: targets, and the values in force (D1, L1)."""

from uuid import UUID

import strawberry

from db.models import flags as flag_rows
from db.models import phases as rows
from db.reads import phases as reads
from domain.phases import plans
from schema.planned import column, computed, same_row_object
from schema.scalars import Percent
from schema.types.flags import FeatureFlag


def _target(
    run_target: float | None,
    link_target: float | None,
    owner_percentage: float,
    chosen: bool,
    groups: list[str],
) -> Percent:
    """Return the target of the run that holds the flag, else that of a new run."""
    if run_target is not None:
        return Percent(run_target)
    link = None if link_target is None else Percent(link_target)
    return plans.aimed_at(link, Percent(owner_percentage), chosen, groups)


@strawberry.type(description="A flag that a phase switches on.")
class PhaseFlag:
    """A flag of a phase, with the values of its run."""

    flag: FeatureFlag = strawberry.field(
        description="The flag as it is now.", metadata=same_row_object(flag_rows.FeatureFlag)
    )
    target_percentage: Percent = strawberry.field(
        description="The share of users that the whole phase aims at: the same as `target`.",
        metadata=computed(_target, *reads.TARGET_PARTS),
    )
    target: Percent = strawberry.field(
        description="The share of users that the run aims at; before a run, what one would aim at.",
        metadata=computed(_target, *reads.TARGET_PARTS),
    )
    configured_target: Percent | None = strawberry.field(
        description="The target that the phase was given for this flag; null: the percentage of "
        "the flag's owner, or 100 where the owner never set one.",
        metadata=column(rows.LaunchPhaseFlag.target_percentage),
    )
    step: Percent | None = strawberry.field(
        description="How far the present step of the ramp lets the flag go; null without a step.",
        metadata=column(reads.HELD_STEP),
    )
    ceiling: Percent | None = strawberry.field(
        description="The limit that a person set during the run, until `liftCeiling`.",
        metadata=column(reads.HELD_CEILING),
    )
    ceiling_by: str | None = strawberry.field(
        description="Who set the ceiling.", metadata=column(reads.CEILING_BY)
    )
    in_force: Percent = strawberry.field(
        description="The share of users inside now: the smallest of target, step and ceiling "
        "while the run holds the flag, else the owner's percentage.",
        metadata=column(flag_rows.FeatureFlag.percentage_in_force),
    )
    is_released: bool = strawberry.field(
        description="True where a person released the flag from the ramp with `override`: the "
        "owner's percentage counts, and a rollback of the phase still takes the flag along.",
        metadata=column(reads.IS_RELEASED),
    )
    position: int = strawberry.field(
        description="Its place in the phase.", metadata=column(rows.LaunchPhaseFlag.position)
    )

    @classmethod
    def of(cls, link: plans.LinkedFlag, run_id: UUID | None) -> "PhaseFlag":
        """Build the object from a link; `run_id` is the current or last run of the phase."""
        hold = link.hold if link.hold and link.hold.run_id == run_id else None
        target = link.target if hold is None or hold.target is None else hold.target
        return cls(
            flag=FeatureFlag.of(link.flag),
            target_percentage=target,
            target=target,
            configured_target=link.link_target,
            step=hold.step if hold else None,
            ceiling=hold.ceiling if hold else None,
            ceiling_by=hold.ceiling_by if hold else None,
            in_force=link.flag.rollout_percentage,
            is_released=hold is not None and hold.target is None,
            position=link.position,
        )
