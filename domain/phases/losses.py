"""Who would lose a feature by an activation (L7): decided without looking at anybody."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from domain.errors import Invalid, LosesUsers
from domain.flags.flags import Flag, evaluate
from domain.flags.samples import Person
from domain.phases.plans import FlagDiff, LinkedFlag, after_change
from domain.platform.percent import NOBODY, Percent

ACCEPT = ("input", "acceptLosses")


@dataclass(frozen=True, slots=True)
class Loss:
    """A flag that an activation takes away from some who have it. `people`: in the sample."""

    key: str
    before: Percent
    after: Percent
    people: int


def loses_users(before: Flag, after: Flag) -> bool:
    """Whether anybody at all could lose the flag: by percentage, groups and salt alone.

    The same salt and a percentage that is no smaller keep everybody inside.
    """
    if not before.enabled or before.rollout_percentage <= NOBODY:
        return False
    if not after.enabled or after.rollout_percentage < before.rollout_percentage:
        return True
    moved = (before.salt, before.bucket_by) != (after.salt, after.bucket_by)
    return before.target_groups != after.target_groups or (moved and after.rollout_percentage < 100)


def losing(
    links: Sequence[LinkedFlag], changes: Iterable[FlagDiff], cohort: str | None = None
) -> list[tuple[Flag, Flag]]:
    """The flags of a plan that lose people, before and after. `cohort`: that of the phase."""
    flags = {link.flag.key: link.flag for link in links}
    pairs = [
        (flags[change.key], after_change(flags[change.key], change, cohort)) for change in changes
    ]
    return [(before, after) for before, after in pairs if loses_users(before, after)]


def count_losses(pairs: Iterable[tuple[Flag, Flag]], people: Sequence[Person]) -> list[Loss]:
    """How many of these people lose each flag."""
    return [
        Loss(
            before.key,
            before.rollout_percentage,
            after.rollout_percentage,
            sum(
                evaluate(before, person.context).value and not evaluate(after, person.context).value
                for person in people
            ),
        )
        for before, after in pairs
    ]


def check_losses(
    links: Sequence[LinkedFlag], changes: Iterable[FlagDiff], accepted: Collection[str]
) -> None:
    """Raises LosesUsers while a flag that loses people is not accepted, Invalid for a stranger."""
    keys = {link.flag.key for link in links}
    for index, key in enumerate(accepted):
        if key not in keys:
            raise Invalid(f"{key[:100]!r} is no flag of this phase.", path=(*ACCEPT, str(index)))
    missing = [
        f"{before.key} ({before.rollout_percentage:g} % to {after.rollout_percentage:g} %)"
        for before, after in losing(links, changes)
        if before.key not in accepted
    ]
    if missing:
        raise LosesUsers(
            f"People who have a feature now would lose it: {', '.join(missing)}. Name these flags "
            "in acceptLosses, or give them a higher target or first step.",
            path=ACCEPT,
        )
