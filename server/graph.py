"""The schema object: the types of `schema.root`, the extensions and the executor."""

from strawberry.schema.config import StrawberryConfig

from schema.errors import ErrorPolicy
from schema.root import OBJECT_TYPES, Mutation, Query, Subscription
from schema.scalars import SCALARS
from server.cost.cost_limiter import QueryCostLimiter
from server.execution.engine import LaunchSchema
from server.execution.operation_log import OperationLog
from server.execution.shared_executor import SharedExecutor

schema = LaunchSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=OBJECT_TYPES,
    # Outermost first: the log gets the errors as ErrorPolicy has masked them.
    extensions=[OperationLog, ErrorPolicy, QueryCostLimiter],
    execution_context_class=SharedExecutor,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)
