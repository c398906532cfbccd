"""Decides which onboarding steps a person is offered: each may depend on a flag (S83, S120)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import people
from domain.flags.flags import EvaluationContext, Flag
from domain.journeys import onboarding as rules
from domain.journeys.onboarding import OnboardingSide
from services.flags import feature_gates
from services.flags.flag_sets import FlagSet


def hidden(flags: FlagSet, side: OnboardingSide, seen: EvaluationContext) -> frozenset[str]:
    """Return the steps whose flag exists and is off; a step without a flag is offered."""
    return frozenset(
        key
        for key, bound_to in bound(flags, side).items()
        if not all(flags.evaluate(flag, seen).value for flag in bound_to)
    )


def bound(flags: FlagSet, side: OnboardingSide) -> Mapping[str, Sequence[str]]:
    """Return the flags of the steps that have one, by step."""
    keys_by_step = {step.key: flags.existing(step.flag_keys) for step in rules.steps_of(side)}
    return {key: keys for key, keys in keys_by_step.items() if keys}


def flags_of(flags: FlagSet, side: OnboardingSide) -> tuple[Flag | bool | None, ...]:
    """Return what decides on the steps of a side: equal values offer the same steps."""
    keys = _keys(side)
    return (
        *(flags.flags.get(key) for key in keys),
        *(key in flags.killed or "*" in flags.killed for key in keys),
    )


async def hidden_now(
    session: AsyncSession, user_id: UUID, side: OnboardingSide, killed: frozenset[str]
) -> frozenset[str]:
    """Return the same from the database, for processes without flags in memory."""
    flags = await feature_gates.read_flags(session, _keys(side), killed)
    if not bound(flags, side):
        return frozenset()
    person = await people.by_user(session, user_id)
    return hidden(flags, side, person.context if person else EvaluationContext())


def _keys(side: OnboardingSide) -> list[str]:
    return [key for step in rules.steps_of(side) for key in step.flag_keys]
