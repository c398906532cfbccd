"""Feature gates: whether a flag closes an operation, and why (D8, M1). Enforced only here."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import changes, kills, people
from db.queries import flags as flag_queries
from db.session import Database
from domain.actors import USER_TYPES, Actor, UserType
from domain.errors import FeatureOff
from domain.flags import guarded_operations as rules
from domain.flags.flags import BucketBy, EvaluationContext, groups_of
from domain.flags.guarded_operations import FeatureAvailability, GuardedOperation
from services.flags.flag_evaluation import viewer_context
from services.flags.flag_sets import FlagSet
from settings import Settings

_MAX_DRAWS = 2_000


def visitor_context(side: UserType, email: str | None) -> EvaluationContext:
    """Return the context of a visitor. Sign-ups are bucketed by e-mail address, ignoring case."""
    keys = {BucketBy.USER: email.strip().casefold()} if email else {}
    return EvaluationContext(keys, groups_of(side))


def context_of(actor: Actor, side: UserType | None, email: str | None) -> EvaluationContext:
    """Return the evaluation context of the caller; for a visitor that of the form they sent."""
    if actor.is_anonymous and side is not None:
        return visitor_context(side, email)
    return viewer_context(actor, None)


def side_of(actor: Actor, stated: UserType | None) -> UserType | None:
    """Return the user type of the account, or the one that a visitor states."""
    return USER_TYPES[actor.role] if actor.role else stated


def closing_flag(
    flags: FlagSet, operation: GuardedOperation, context: EvaluationContext
) -> str | None:
    """Return the key of the first flag that closes an operation; None where it is open."""
    keys = flags.existing(operation.flags)
    return next((key for key in keys if not flags.evaluate(key, context).value), None)


async def check(
    db: Database, flags: FlagSet, operation: GuardedOperation, context: EvaluationContext
) -> None:
    """Raise FeatureOff where a flag closes the operation. An open one needs no database query."""
    key = closing_flag(flags, operation, context)
    if key is None:
        return
    async with db.read() as session:
        availabilities = await _availabilities(session, flags, [key])
    raise FeatureOff(operation, key, availabilities[key])


def closed_by(
    flags: FlagSet, operations: Sequence[GuardedOperation], context: EvaluationContext
) -> FeatureOff | None:
    """Why operations that were open are so no more; None where they still are."""
    for operation in operations:
        if key := closing_flag(flags, operation, context):
            killed = flags.is_killed(key)
            why = rules.availability(flags.flags.get(key), killed=killed, has_been_on=True)
            return FeatureOff(operation, key, why)
    return None


async def survey(
    db: Database, flags: FlagSet, operations: Sequence[GuardedOperation], context: EvaluationContext
) -> Mapping[GuardedOperation, FeatureAvailability]:
    """Return which operations are open to the caller; for a visitor those open to anybody."""
    closed = {item: _survey_flag(flags, item, context) for item in operations}
    keys = {key for key in closed.values() if key is not None}
    availabilities: Mapping[str, FeatureAvailability] = {}
    if keys:
        async with db.read() as session:
            availabilities = await _availabilities(session, flags, sorted(keys))
    return {
        item: FeatureAvailability.OPEN if key is None else availabilities[key]
        for item, key in closed.items()
    }


async def read_flags(session: AsyncSession, keys: Sequence[str], killed: frozenset[str]) -> FlagSet:
    """Read flags from the database, for processes without flags in memory."""
    return FlagSet(flags=await flag_queries.by_key(session, keys), stale=False, killed=killed)


async def is_open_now(
    session: AsyncSession, operation: GuardedOperation, user_id: UUID, settings: Settings
) -> bool:
    """Whether a job may run an operation for a user, as read from the database."""
    killed = await killed_keys(session, settings)
    flags = await read_flags(session, operation.flags, killed)
    if not flags.existing(operation.flags):
        return True
    person = await people.by_user(session, user_id)
    return person is not None and closing_flag(flags, operation, person.context) is None


async def killed_keys(session: AsyncSession, settings: Settings) -> frozenset[str]:
    """Read the keys that are forced off now, for processes without flags in memory."""
    return await kills.killed_keys(session) | frozenset(settings.flags_killed)


async def draw_id(session: AsyncSession, side: UserType, let_in_as: EvaluationContext) -> UUID:
    """Draw the id of a new account within every rollout percentage that it was let in with.

    A percentage applies to the e-mail at sign-up, or to the partner who invites, and to the id
    afterwards. With both inside it, the 5 % who could sign up are the 5 % for whom the flags of the
    same cohort are on (L21).
    """
    operations = rules.sign_ups_of(side)
    keys = [key for item in operations for key in item.flags]
    flags = await read_flags(session, keys, frozenset())
    evaluations = [flags.evaluate(key, let_in_as) for key in flags.flags]
    inside = [item.key for item in evaluations if item.value and item.limit is not None]
    user_id = uuid4()
    for _ in range(_MAX_DRAWS):
        context = EvaluationContext({BucketBy.USER: str(user_id)}, groups_of(side))
        if all(flags.evaluate(key, context).value for key in inside):
            break
        user_id = uuid4()
    return user_id


def _survey_flag(
    flags: FlagSet, operation: GuardedOperation, context: EvaluationContext
) -> str | None:
    keys = flags.existing(operation.flags)
    return next(
        (key for key in keys if not rules.admits_somebody([flags.evaluate(key, context)])), None
    )


async def _availabilities(
    session: AsyncSession, flags: FlagSet, keys: Iterable[str]
) -> Mapping[str, FeatureAvailability]:
    flags_by_key = {key: flags.flags.get(key) for key in keys}
    ids = [flag.id for flag in flags_by_key.values() if flag is not None]
    on_before = await changes.have_been_on(session, ids)
    return {
        key: rules.availability(
            flag,
            killed=flags.is_killed(key),
            has_been_on=flag is not None and flag.id in on_before,
        )
        for key, flag in flags_by_key.items()
    }
