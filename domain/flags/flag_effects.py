"""Whom a change of one flag reaches: counted by evaluating, before it is made (U2)."""

from dataclasses import dataclass

from domain.flags.flags import Flag, evaluate
from domain.flags.samples import Person, Sample


@dataclass(frozen=True, slots=True)
class FlagEffect:
    """People who see the flag before and after, and who of them gets or loses it."""

    before: int = 0
    after: int = 0
    gain: int = 0
    lose: int = 0


def count_effect(before: Flag, after: Flag, sample: Sample) -> FlagEffect:
    """The effect on everybody, scaled from a sample where not all are in it."""
    seen = [(_sees(before, person), _sees(after, person)) for person in sample.people]
    return FlagEffect(
        before=sample.scaled(sum(old for old, _ in seen)),
        after=sample.scaled(sum(new for _, new in seen)),
        gain=sample.scaled(sum(new and not old for old, new in seen)),
        lose=sample.scaled(sum(old and not new for old, new in seen)),
    )


def _sees(flag: Flag, person: Person) -> bool:
    return evaluate(flag, person.context).value
