"""What callers fill is a ByteCache; everything else that grows is listed with its bound (D13)."""

from server.documents import CACHES
from server.execution import views
from server.execution.fast_executor import PLANS
from server.http.planned_operations import MAX_OPERATION_BYTES, MAX_PLAN_BYTES, MAX_VISITOR_BYTES
from services import documents
from tests.architecture.caches import kept_in
from tests.architecture.source import modules

# Not caches: one entry for each part of the schema, the code or the settings.
CODE = {
    "schema.context._NOTHING", "server.execution.engine._hook",
    "server.execution.leaf_fields.reader",
    "server.execution.memo.memo_of",
    "server.cost.field_costs._priced", "services.alerting.senders._asset",
    "services.log_context._NONE",
    "services.metering.Meter._gauges", "services.probes.base.trust",
    "services.tracing._NO_IDS", "domain.flags.groups_of",
    "db.schema_revision.needed", "services.release.revision",
    "server.websocket.protocol.head",
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
    "services.alerting.center.AlertCenter._settled",
    "services.alerting.center.AlertCenter._announcing",
    "services.alerting.ledger.Ledger._alerts", "services.flag_usage.FlagUsage._keys",
    "services.kill_switch.KillSwitch.kills", "services.kill_switch.KillSwitch._newest",
    "services.kill_switch.KillSwitch._unwritten", "services.kill_switch.KillSwitch._written",
    "services.metering.Tally.histogram", "services.metering.Meter._levels",
    "services.metering.Meter._handed", "services.propagation_roster.RosterMemory._seen",
    "services.receipts.Step.delays", "domain.exposures.Exposures._served",
    "domain.journey_figures._Sums.numbers", "subscriptions.incidents._Shown._ids",
    "db.reach.Reach._logged",
}  # fmt: skip
# One entry for each request, delivery, socket or stream that is open: these have limits.
OPEN = {
    "server.cost.analysis.Analysis.names", "server.cost.analysis.Analysis._known",
    "server.execution.fast_executor.PlainExecutor._plans",
    "server.execution.fast_executor.PlainExecutor._item_plans",
    "server.execution.serializer._renderers", "services.access.Access._flights",
    "services.alerting.courier.Courier._carried", "services.alerting.courier.Courier._tasks",
    "services.alerting.patience._leftovers", "services.flag_views.Seen.moves",
    "services.flag_views.FlagViews._seen", "services.flag_views.FlagViews._common",
    "services.inbound_bytes.InboundBytes._by_caller",
    "services.otlp.Collector._statements", "services.probes.base._leftovers",
    "db.event_positions.Positions._untold",
    "services.receipts.Receipts._receivers",
    "services.seats.Seats._taken", "subscriptions.fanout.Fanout._subscriptions",
    "db.reads.connections.ReadConnections._by_key", "db.reads.connections.ReadConnections._tasks",
    "db.reads.connections.ReadConnections._sent", "db.reads.connections.ReadConnections._waiting",
    "subscriptions.lifetime.Lifetimes._ends", "subscriptions.station.Station._members",
}  # fmt: skip
# So many entries at most, each of a size that no caller decides.
COUNTED = {
    "domain.import_rows.KnownClients._by_email": "clients of a supplier, while it imports a file",
    "domain.import_rows.KnownClients._by_names": "clients of a supplier, while it imports a file",
    "db.reads.statement.Wanted.given": "the arguments of a field, while its plan is made",
    "server.execution.rows.Reads.parameters": "MOST_FIELDS, part of a plan's size",
    "server.execution.rows.Rows._own": "MOST_FIELDS, while a plan is made",
    "server.execution.rows.Rows._ones": "MOST_FIELDS, while a plan is made",
    "server.execution.rows.Reads.scopes": "MOST_FIELDS, while a plan is made",
    "server.execution.selection._Conditions.names": "the tokens of a document",
    "server.execution.source.Source._known": "MOST_FIELDS, while a plan is made",
    "server.execution.source.Source._names": "MOST_FIELDS, part of a plan's size",
    "server.cost.analysis.Shape._known": "_MOST_KNOWN of _MOST_NAMES numbers, part of a "
    "document's size",
    "server.documents.Document.facts": "MAX_OPERATIONS, part of a document's size",
    "schema.results.Drawn.data": "_MOST_DRAWN fields of one object",
    "schema.results.Drawn.texts": "_MOST_TEXTS of one object",
    "domain.rate_limits.network": "2,000 addresses",
    "endpoints.callers._kind": "2,000 addresses",
    "server.http.negotiation._known_type": "100 headers of 200 characters",
    "schema.results.Results.found": "MAX_DOCUMENTS documents, _MAX_BYTES of JSON",
    "schema.results.Results.sent": "the bytes of those in `found`",
    "schema.types.flag_values._evaluations": "MOST_OUTCOMES",
    "services.access.Access._named": "four for each entry of `_known`, which is a ByteCache",
    "services.board.Board._views": "64 views, of those who may read metrics",
    "services.budgets.Budgets._accounts": "MOST_ACCOUNTS of 400 bytes",
    "services.budgets.Budgets._spent": "keys of `_accounts`",
    "services.flag_sets.Outcomes._known": "MOST_OUTCOMES, of flags that exist",
    "services.health_monitor.HealthMonitor._unsaved": "maxlen",
    "services.measuring.Eyes._looks": "emptied with each tick",
    "services.metering.Meter.waiting": "maxlen",
    "services.propagation_report.Reporter._sent": "KEPT_STEPS versions",
    "services.rate_limits.RateLimiter._local": "MOST_LOCAL_KEYS hashes",
    "services.receipts.Receipts._steps": "KEPT_STEPS versions",
    "services.shared_clock.SharedClock._samples": "maxlen",
    "subscriptions.fanout._Fifo._items": "the size that its subscriber chose, then Overflow",
    "subscriptions.tail.EventTail._early": "_EARLY events, then the log is read",
    "subscriptions.fanout._Newest._items": "one for each key that there is",
}
CACHE = {
    "services.byte_cache._Share.keys", "services.byte_cache.ByteCache._entries",
    "services.byte_cache.ByteCache._owned",
}  # fmt: skip
SERVER = ("schema", "server", "services", "subscriptions", "endpoints", "resolvers", "domain", "db")


def test_all_that_grows_is_bounded_and_known() -> None:
    """A new one: make it a ByteCache, or say in the list above what bounds it."""
    found = {f"{module.name}.{name}" for module in modules(*SERVER) for name in kept_in(module)}
    assert found == CODE | STATE | OPEN | COUNTED.keys() | CACHE


def test_what_all_byte_caches_may_hold_together_is_known() -> None:
    """In bytes, of one process; 18 MB of it is filled by visitors."""
    visitors = (
        CACHES.recent.max_bytes + CACHES.visitors.max_bytes + documents.MAX_SEEN_BYTES
        + MAX_VISITOR_BYTES + views.MAX_BYTES
    )  # fmt: skip
    accounts = CACHES.accounts.max_bytes + PLANS.max_bytes
    accounts += MAX_OPERATION_BYTES + MAX_PLAN_BYTES
    assert visitors <= 18_000_000
    assert visitors + accounts <= 80_000_000
