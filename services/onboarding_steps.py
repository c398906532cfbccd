"""Which steps somebody is offered: each may be bound to a flag (S83, S120)."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import flags as flag_queries
from db.queries import people
from domain import onboarding as rules
from domain.flags import EvaluationContext, Flag
from domain.onboarding import OnboardingSide
from services.flag_sets import FlagSet


def hidden(flags: FlagSet, side: OnboardingSide, seen: EvaluationContext) -> frozenset[str]:
    """The steps whose flag is there and says no; a step without a flag is offered."""
    return frozenset(
        key for key, flag in bound(flags, side).items() if not flags.evaluate(flag, seen).value
    )


def bound(flags: FlagSet, side: OnboardingSide) -> Mapping[str, str]:
    """The flags of the steps that have one, by step; a killed flag need not exist."""
    steps = rules.steps_of(side)
    return {
        step.key: step.flag_key
        for step in steps
        if step.flag_key in flags.flags or step.flag_key in flags.killed
    }


def flags_of(flags: FlagSet, side: OnboardingSide) -> tuple[Flag | bool | None, ...]:
    """All that decides over the steps of a side: what is equal offers the same."""
    keys = [step.flag_key for step in rules.steps_of(side)]
    return (
        *(flags.flags.get(key) for key in keys),
        *(key in flags.killed or "*" in flags.killed for key in keys),
    )


async def hidden_now(
    session: AsyncSession, user_id: UUID, side: OnboardingSide, killed: frozenset[str]
) -> frozenset[str]:
    """The same from the database, for whoever keeps no flags in memory."""
    keys = [step.flag_key for step in rules.steps_of(side)]
    flags = FlagSet(flags=await flag_queries.by_key(session, keys), stale=False, killed=killed)
    if not bound(flags, side):
        return frozenset()
    person = await people.one(session, user_id)
    return hidden(flags, side, person.context if person else EvaluationContext())
