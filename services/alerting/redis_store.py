"""Stores alerts and their messages in Redis, where every process sees them at once."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pydantic import TypeAdapter
from redis.asyncio import Redis

from domain.alerting.alert_deliveries import Delivery
from domain.alerting.alerts import Alert

ALERTS = "launch:alerts"
OUTBOX = "launch:alerts:outbox"
_MESSAGE = "launch:alerts:message:"
_LOGGED_SECONDS = 3600
_ALERT: TypeAdapter[Alert] = TypeAdapter(Alert)
_DELIVERY: TypeAdapter[Delivery] = TypeAdapter(Delivery)

# KEYS: alerts, outbox, then one for each message. ARGV: key, revision, alert, then pairs of
# id and message. A revision that is not newer is refused, so that one of two processes wins.
_COMPARE_AND_SET_SCRIPT = """
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and cjson.decode(known)['revision'] >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
for at = 3, #KEYS do
  redis.call('SET', KEYS[at], ARGV[at * 2 - 1])
  redis.call('SADD', KEYS[2], ARGV[at * 2 - 2])
end
return 1
"""
# KEYS: message, outbox. ARGV: id, revision, message. A finished message is never changed.
_SAVE_SCRIPT = """
local known = redis.call('GET', KEYS[1])
if known then
  local old = cjson.decode(known)
  if old['finished_at'] ~= cjson.null or old['revision'] >= tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[3])
redis.call('SADD', KEYS[2], ARGV[1])
return 1
"""


class RedisAlertStore:
    """The alerts in Redis. Every method raises RedisError or OSError while Redis is down."""

    def __init__(self, redis: Redis) -> None:
        """Register the scripts; nothing is sent to Redis yet."""
        self._redis = redis
        self._compare_and_set_script = redis.register_script(_COMPARE_AND_SET_SCRIPT)
        self._save_script = redis.register_script(_SAVE_SCRIPT)

    async def alerts(self) -> Mapping[str, Alert]:
        """Return the alert of every cause."""
        alerts = [_ALERT.validate_json(text) for text in await self._redis.hvals(ALERTS)]
        return {alert.key: alert for alert in alerts}

    async def compare_and_set(self, alert: Alert, messages: Sequence[Delivery] = ()) -> bool:
        """Store an alert with its messages; False where the same or a newer revision is stored."""
        args: list[str | int | bytes] = [alert.key, alert.revision, _ALERT.dump_json(alert)]
        for message in messages:
            args += [str(message.id), _DELIVERY.dump_json(message)]
        keys = [ALERTS, OUTBOX, *(f"{_MESSAGE}{message.id}" for message in messages)]
        return bool(await self._compare_and_set_script(keys=keys, args=args))

    async def forget(self, keys: Sequence[str]) -> None:
        """Delete alerts that ended long ago."""
        await self._redis.hdel(ALERTS, *keys)

    async def save_message(self, message: Delivery) -> bool:
        """Store a message; False where a newer revision or a finished message is stored."""
        document = _DELIVERY.dump_json(message)
        args: list[str | int | bytes] = [str(message.id), message.revision, document]
        return bool(await self._save_script(keys=[f"{_MESSAGE}{message.id}", OUTBOX], args=args))

    async def message(self, message_id: UUID) -> Delivery | None:
        """Return one message; it stays readable for an hour after it was logged."""
        text = await self._redis.get(f"{_MESSAGE}{message_id}")
        return _DELIVERY.validate_json(text) if text else None

    async def outbox(self) -> list[Delivery]:
        """Return the messages that are in delivery or not logged yet."""
        members = await self._redis.smembers(OUTBOX)
        ids = [item.decode() if isinstance(item, bytes) else item for item in members]
        texts = await self._redis.mget([f"{_MESSAGE}{item}" for item in ids]) if ids else []
        return [_DELIVERY.validate_json(text) for text in texts if text]

    async def mark_logged(self, message_id: UUID) -> None:
        """Remove a logged message from the outbox. It stays for an hour against late resends."""
        await self._redis.srem(OUTBOX, str(message_id))
        await self._redis.expire(f"{_MESSAGE}{message_id}", _LOGGED_SECONDS)
