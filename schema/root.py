"""The root types of the graph, assembled from one module per topic."""

import strawberry

from resolvers import nodes, rate_limits
from schema.permissions import query
from schema.root_accounts import AccountsMutations, AccountsQueries
from schema.root_couples import CoupleMutations, CoupleQueries, CoupleSubscriptions
from schema.root_flags import FlagsMutations, FlagsQueries, FlagsSubscriptions
from schema.root_inbox import InboxMutations, InboxQueries, InboxSubscriptions
from schema.root_marketplace import (
    MarketplaceMutations,
    MarketplaceQueries,
    MarketplaceSubscriptions,
)
from schema.root_messages import MessageMutations, MessageQueries, MessageSubscriptions
from schema.root_operations import OperationsMutations, OperationsQueries, OperationsSubscriptions
from schema.root_phases import PhasesMutations, PhasesQueries, PhasesSubscriptions
from schema.types.errors import (
    FeatureOffError,
    InvalidTransitionError,
    NotReadyError,
    PlanDriftError,
    UserError,
    VersionConflictError,
)
from schema.types.events import EVENT_TYPES
from schema.types.node import Node
from schema.types.phases import PhaseRun
from schema.types.rate_limits import RateLimit


@strawberry.type(description="All queries.")
class Query(
    AccountsQueries,
    PhasesQueries,
    FlagsQueries,
    OperationsQueries,
    MarketplaceQueries,
    CoupleQueries,
    MessageQueries,
    InboxQueries,
):
    """Reads."""

    node: Node | None = query(nodes.node)
    nodes: list[Node | None] = query(nodes.nodes)
    rate_limit: RateLimit = query(rate_limits.rate_limit)


@strawberry.type(description="All mutations.")
class Mutation(
    AccountsMutations,
    PhasesMutations,
    FlagsMutations,
    OperationsMutations,
    MarketplaceMutations,
    CoupleMutations,
    MessageMutations,
    InboxMutations,
):
    """Writes."""


@strawberry.type(description="All subscriptions: a snapshot first, then changes.")
class Subscription(
    PhasesSubscriptions,
    FlagsSubscriptions,
    OperationsSubscriptions,
    MarketplaceSubscriptions,
    CoupleSubscriptions,
    MessageSubscriptions,
    InboxSubscriptions,
):
    """Streams."""


# Types that no field names: implementations of interfaces.
OBJECT_TYPES = (
    UserError,
    VersionConflictError,
    NotReadyError,
    InvalidTransitionError,
    PlanDriftError,
    FeatureOffError,
    PhaseRun,
    *EVENT_TYPES,
)
