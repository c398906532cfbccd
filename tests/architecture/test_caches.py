"""What callers fill is a ByteCache; everything else that grows is listed with its bound (D13)."""

from server.documents import CACHES
from server.execution import flag_responses
from server.execution.fast_executor import INTERNED_READERS
from server.http.planned_operations import MAX_OPERATION_BYTES, MAX_PLAN_BYTES, MAX_VISITOR_BYTES
from services.platform import documents
from tests.architecture.caches import kept_in
from tests.architecture.source import modules

# Not caches: one entry for each part of the schema, the code or the settings.
CODE = {
    "schema.context._NOTHING", "server.execution.engine._find_hook",
    "server.execution.attribute_readers.attribute_reader",
    "server.execution.memo.find_memo",
    "server.cost.field_costs._declared_cost", "services.alerting.senders._asset",
    "services.platform.log_context._NONE",
    "services.metrics.metering.Meter._gauges", "services.health.probes.base.trust",
    "services.platform.tracing._NO_IDS", "domain.flags.flags.groups_of",
    "db.schema_revision.needed", "services.platform.release.revision",
    "server.websocket.protocol.frame_header",
    "db.event_rows._adapters", "db.flag_transactions._update",
    "subscriptions.bus.Broadcast._channels",
    "subscriptions.redis_backend.RedisBackend._desired",
    "subscriptions.redis_backend.RedisBackend._sent",
    "subscriptions.redis_backend.RedisBackend._unanswered",
    "subscriptions.redis_backend.RedisBackend._received",
    "subscriptions.redis_backend.RedisBackend._confirmed",
    "subscriptions.redis_backend.RedisBackend._unsure",
}  # fmt: skip
# One entry for each flag, check, alert, metric, phase or process that there is.
STATE = {
    "schema.types.flags._flags", "schema.types.journeys._shown", "schema.types.metrics._shown",
    "services.alerting.center.AlertCenter._synced_revisions",
    "services.alerting.center.AlertCenter._announcing",
    "services.alerting.store.AlertStore._alerts", "services.flags.flag_usage.FlagUsage._keys",
    "services.flags.kill_switch.KillSwitch.kills", "services.flags.kill_switch.KillSwitch._newest",
    "services.flags.kill_switch.KillSwitch._unwritten",
    "services.flags.kill_switch.KillSwitch._written",
    "services.metrics.metering.Tally.histogram", "services.metrics.metering.Meter._levels",
    "services.metrics.metering.Meter._totals",
    "services.propagation.propagation_roster.RosterMemory._seen",
    "services.propagation.delivery_acks.Step.delays", "domain.flags.exposures.Exposures._served",
    "domain.journeys.journey_figures._Sums.numbers", "subscriptions.incidents._SentIncidents._ids",
    "db.circuit_breaker.DatabaseBreaker._logged_at",
}  # fmt: skip
# One entry for each request, delivery, socket or stream that is open: these have limits.
OPEN = {
    "server.cost.analysis.CostAnalysis.names",
    "server.cost.analysis.CostAnalysis._fragment_tallies",
    "server.execution.fast_executor.FastPathExecutor._readers",
    "server.execution.fast_executor.FastPathExecutor._item_plans",
    "server.execution.serializer._serializers",
    "services.accounts.credential_cache.CredentialCache._pending_reads",
    "services.alerting.dispatcher.NotificationDispatcher._in_delivery",
    "services.alerting.dispatcher.NotificationDispatcher._tasks",
    "services.platform.timeouts._leftovers", "services.flags.flag_views.FlagViews._seen",
    "services.platform.inbound_bytes.InboundBytes._by_caller",
    "services.platform.otlp.Collector._statements",
    "db.event_positions.Positions._unpublished",
    "services.propagation.delivery_acks.DeliveryAcks._receivers",
    "services.platform.connection_limits.ConnectionLimiter._taken",
    "subscriptions.fanout.Fanout._subscriptions",
    "db.reads.connections.ReadConnections._by_key", "db.reads.connections.ReadConnections._tasks",
    "db.reads.connections.ReadConnections._running", "db.reads.connections.ReadConnections._queue",
    "subscriptions.credential_expiry.CredentialWatch._callbacks",
    "subscriptions.hub.StateHub._subscribers",
}  # fmt: skip
# So many entries at most, each of a size that no caller decides.
COUNTED = {
    "domain.marketplace.import_rows.KnownClients._by_email": "clients of a supplier, while it "
    "imports a file",
    "domain.marketplace.import_rows.KnownClients._by_names": "clients of a supplier, while it "
    "imports a file",
    "db.reads.statement.ReadRequest.parameters": "the arguments of a field, while its plan is made",
    "server.execution.rows.PlanDraft.parameters": "MAX_FIELDS, part of a plan's size",
    "server.execution.rows.RowBinding._columns": "MAX_FIELDS, while a plan is made",
    "server.execution.rows.RowBinding._single_rows": "MAX_FIELDS, while a plan is made",
    "server.execution.rows.PlanDraft.scopes": "MAX_FIELDS, while a plan is made",
    "server.execution.selection._DirectiveVariables.names": "the tokens of a document",
    "server.execution.source.SourceBuilder._names_by_id": "MAX_FIELDS, while a plan is made",
    "server.execution.source.SourceBuilder._objects": "MAX_FIELDS, part of a plan's size",
    "server.cost.analysis.PricedOperation._costs": "_MAX_COSTS of _MAX_NAMES numbers, part of a "
    "document's size",
    "server.documents.Document.facts": "MAX_OPERATIONS, part of a document's size",
    "schema.results.SerializedFields.data": "_MAX_CACHED_FIELDS fields of one object",
    "schema.results.SerializedFields.encoded": "_MAX_ENCODED of one object",
    "domain.platform.networks.network": "2,000 addresses",
    "endpoints.callers._is_private_is_loopback": "2,000 addresses",
    "server.http.negotiation._cached_type": "100 headers of 200 characters",
    "schema.results.SharedResults.entries": "MAX_DOCUMENTS documents, _MAX_BYTES of JSON",
    "schema.results.SharedResults.encoded": "the bytes of those in `entries`",
    "schema.types.flag_values._evaluations": "MAX_OUTCOMES",
    "schema.types.flag_values._pairs": "weak keys: the combinations of groups of a set in use",
    "server.execution.payload_plans._ListField._texts": "weak keys: as `_pairs`",
    "services.accounts.credential_cache.CredentialCache._named": "four for each entry of "
    "`_known`, which "
    "is a ByteCache",
    "services.platform.snapshot_cache.SnapshotCache._views": "64 views, of those who may read "
    "metrics",
    "services.platform.cost_quota.CostQuota._accounts": "MAX_ACCOUNTS of 400 bytes",
    "services.platform.cost_quota.CostQuota._spent": "keys of `_accounts`",
    "services.flags.flag_sets.Outcomes._public": "MAX_OUTCOMES, of flags that exist",
    "services.health.health_monitor.HealthMonitor._unsaved": "maxlen",
    "services.metrics.metric_probe.MetricReader._readings": "emptied with each tick",
    "services.metrics.metering.Meter.waiting": "maxlen",
    "services.propagation.propagation_report.Reporter._sent": "KEPT_STEPS versions",
    "services.platform.rate_limits.RateLimiter._local": "MAX_LOCAL_KEYS hashes",
    "services.propagation.delivery_acks.DeliveryAcks._steps": "KEPT_STEPS versions",
    "services.platform.shared_clock.SharedClock._samples": "maxlen",
    "subscriptions.flag_feed.FlagFeed._cold": "streams that began lately, as weak references",
    "subscriptions.fanout._Fifo._items": "the size that its subscriber chose, then Overflow",
    "subscriptions.tail.EventTail._early": "_MAX_EARLY events, then the log is read",
    "subscriptions.fanout._Newest._items": "one for each key that there is",
}
CACHE = {
    "services.platform.byte_cache._Share.keys", "services.platform.byte_cache.ByteCache._entries",
    "services.platform.byte_cache.ByteCache._owned",
}  # fmt: skip
SERVER = ("schema", "server", "services", "subscriptions", "endpoints", "resolvers", "domain", "db")


def test_everything_that_grows_is_listed_with_its_bound() -> None:
    """A new one: make it a ByteCache, or say in the list above what bounds it."""
    growing = {f"{module.name}.{name}" for module in modules(*SERVER) for name in kept_in(module)}
    assert growing == CODE | STATE | OPEN | COUNTED.keys() | CACHE


def test_the_total_size_of_byte_caches_is_known() -> None:
    """In bytes, of one process; 18 MB of it is filled by visitors."""
    visitors = (
        CACHES.recent.max_bytes + CACHES.visitors.max_bytes + documents.MAX_SEEN_BYTES
        + MAX_VISITOR_BYTES + flag_responses.MAX_BYTES
    )  # fmt: skip
    accounts = CACHES.accounts.max_bytes + INTERNED_READERS.max_bytes
    accounts += MAX_OPERATION_BYTES + MAX_PLAN_BYTES
    assert visitors <= 18_000_000
    assert visitors + accounts <= 80_000_000
