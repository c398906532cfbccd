"""The schema object: the types of `schema.root`, and the machinery that executes operations."""

from strawberry.schema.config import StrawberryConfig

from schema.engine import LaunchSchema
from schema.errors import ErrorPolicy
from schema.operations import OperationLog
from schema.root import OBJECT_TYPES, Mutation, Query, Subscription
from schema.scalars import SCALARS
from schema.sharing import SharingExecutor
from schema.spending import Spending

schema = LaunchSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=OBJECT_TYPES,
    # From the outermost on: the log tells what ErrorPolicy has made of what the others leave.
    extensions=[OperationLog, ErrorPolicy, Spending],
    execution_context_class=SharingExecutor,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)
