"""Root fields of feature flags and kill switches; `schema.root` inherits them."""

import strawberry

from db.reads import flags as flag_reads
from domain.actors import Scope
from resolvers import flags, guarded_operations, kills
from schema.permissions import mutation, query, subscription
from schema.types.flag_inputs import FlagPayload
from schema.types.flag_previews import FlagChangePreviewPayload
from schema.types.flag_values import FlagSet
from schema.types.flags import FeatureFlag, FeatureFlagConnection
from schema.types.guarded_operations import GuardedOperation
from schema.types.kills import FlagKill, KillPayload
from subscriptions import flags as live_flags


@strawberry.type
class FlagsQueries:
    """Reads."""

    feature_flags: FeatureFlagConnection = query(
        flags.feature_flags, Scope.FLAGS_READ, read=flag_reads.PAGE
    )
    feature_flag: FeatureFlag | None = query(
        flags.feature_flag, Scope.FLAGS_READ, read=flag_reads.BY_KEY
    )
    flag_kills: list[FlagKill] = query(kills.flag_kills, Scope.FLAGS_READ)
    evaluate_flags: FlagSet = query(flags.evaluate_flags, Scope.FLAGS_READ, cost=5)
    flag_change_preview: FlagChangePreviewPayload = query(
        flags.flag_change_preview, Scope.FLAGS_READ, cost=10
    )
    viewer_flags: FlagSet = query(flags.viewer_flags, shows_caller_flags=True)
    guarded_operations: list[GuardedOperation] = query(
        guarded_operations.guarded_operations, cost=5
    )


@strawberry.type
class FlagsMutations:
    """Writes."""

    create_feature_flag: FlagPayload = mutation(
        flags.create, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    update_feature_flag: FlagPayload = mutation(
        flags.update, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    toggle_feature_flag: FlagPayload = mutation(
        flags.toggle, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    lift_ceiling: FlagPayload = mutation(
        flags.lift_ceiling, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    revert_change: FlagPayload = mutation(
        flags.revert_change, Scope.FLAGS_WRITE, failed=FlagPayload.failed
    )
    kill_flags: KillPayload = mutation(kills.kill, Scope.FLAGS_WRITE, failed=KillPayload.failed)
    lift_kills: KillPayload = mutation(kills.lift, Scope.FLAGS_WRITE, failed=KillPayload.failed)
    acknowledge_flags: bool = mutation(flags.acknowledge)


@strawberry.type
class FlagsSubscriptions:
    """Streams."""

    feature_flags: FeatureFlag = subscription(live_flags.feature_flags, Scope.FLAGS_READ)
    viewer_flags: FlagSet = subscription(live_flags.viewer_flags)
