"""Encodes payloads of a subscription once for all subscribers of one visibility (S108)."""

from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

import orjson
from graphql.execution import ExecutionResult
from strawberry import types as strawberry

from schema.errors import public_errors
from server.execution.payload_plans import plan_payload
from subscriptions.hub import StreamHandoff

_MAX_ENCODED = 64  # serializers whose bytes a payload keeps


class SharedSerializer:
    """Executes the fields below a payload; there is one per document and visibility key."""

    def __init__(self, executor: Any) -> None:  # noqa: ANN401 - server.execution.shared_executor imports this module
        """Copy the executor of the first subscriber, without its connection."""
        self._executor = copy(executor)
        context = executor.context_value
        self._executor.context_value = replace(
            context,
            connection=None,
            response=None,
            connection_params=None,
            flag_streams=[],
            _loaders=None,
        )
        self._plan = plan_payload(self._executor)

    def encode(self, payload: object) -> bytes:
        """Return the payload of a `next` message. A payload keeps the bytes for its third use.

        Where each of thousands of subscribers has a payload of their own, nobody needs them again.
        """
        cache: dict[SharedSerializer, bytes] | None = getattr(
            getattr(payload, "results", None), "encoded", None
        )
        if cache is None:
            return self._encode(payload)
        text, is_used_again = cache.get(self), self in cache
        if not text:
            text = self._encode(payload)
            if is_used_again or len(cache) < _MAX_ENCODED:
                cache[self] = text if is_used_again else b""
        return text

    def _encode(self, payload: object) -> bytes:
        text = self._plan.encode(payload) if self._plan else None
        if text is not None:
            return text
        result = self._executor.build_per_event_executor(payload).execute_operation(False)
        reply = getattr(result, "reply", None)
        if reply is not None:
            return bytes(reply.encoded)
        if not isinstance(result, ExecutionResult):
            result.close()
            raise TypeError("a detached stream must not have fields that await something")
        return self._encode_masked(result)

    def _encode_masked(self, result: ExecutionResult) -> bytes:
        errors = public_errors(result.errors or (), self._executor.context_value)
        shown = {"errors": [error.formatted for error in errors]} if errors else {}
        return orjson.dumps({"data": result.data} | shown)


class HandoffResult(strawberry.ExecutionResult):
    """Stands for a result: offers the transport to detach the stream from its generator."""

    def __init__(self, handoff: StreamHandoff[Any], serializer: SharedSerializer | None) -> None:
        """Without a serializer the stream stays with its generator.

        The transport calls `log_end` with the number of results when a detached stream ends.
        """
        super().__init__(None, None, {})
        self.handoff = handoff
        self.serializer = serializer
        self.log_end: Callable[[int], None] = _ignore_end


def find_serializer(visibility_key: Hashable, executor: Any) -> SharedSerializer:  # noqa: ANN401 - as above
    """Return the serializer of a visibility key; it lives as long as a subscriber uses it."""
    serializer = _serializers.get(visibility_key)
    if serializer is None:
        serializer = _serializers[visibility_key] = SharedSerializer(executor)
    return serializer


def _ignore_end(_results: int) -> None:
    return None


_serializers: WeakValueDictionary[Hashable, SharedSerializer] = WeakValueDictionary()
