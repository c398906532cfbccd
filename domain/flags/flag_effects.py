"""Whom a change of one flag affects, counted by evaluating before the change is made (U2)."""

from dataclasses import dataclass

from domain.flags.flags import Flag, evaluate
from domain.flags.samples import Person, Sample


@dataclass(frozen=True, slots=True)
class FlagEffect:
    """How many people see the flag before and after, and how many gain or lose it."""

    before: int = 0
    after: int = 0
    gain: int = 0
    lose: int = 0


def count_effect(before: Flag, after: Flag, sample: Sample) -> FlagEffect:
    """Estimate the effect on everybody, scaled from the sample."""
    seen = [(_sees(before, person), _sees(after, person)) for person in sample.people]
    return FlagEffect(
        before=sample.scaled(sum(old for old, _ in seen)),
        after=sample.scaled(sum(new for _, new in seen)),
        gain=sample.scaled(sum(new and not old for old, new in seen)),
        lose=sample.scaled(sum(old and not new for old, new in seen)),
    )


def _sees(flag: Flag, person: Person) -> bool:
    return evaluate(flag, person.context).value
