"""Fields about guarded operations.

Which are open to the caller, and why others are not (D8, M1).
"""

from typing import Annotated

import strawberry

from domain.flags.guarded_operations import operations_of
from schema.context import Info
from schema.enums import UserType
from schema.types.guarded_operations import GuardedOperation
from services.flags import feature_gates

Side = Annotated[
    UserType | None,
    strawberry.argument(description="The user type for a visitor; accounts have their own."),
]


async def guarded_operations(info: Info, user_type: Side = None) -> list[GuardedOperation]:
    """The guarded operations of the caller and whether they are open; empty for the staff."""
    context = info.context
    side = feature_gates.side_of(context.actor, user_type)
    evaluation_context = feature_gates.context_of(context.actor, side, None)
    states = await feature_gates.survey(
        context.db, context.runtime.flags.current, operations_of(side), evaluation_context
    )
    return [GuardedOperation.of(item, state) for item, state in states.items()]
