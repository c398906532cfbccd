"""Payloads of a subscription as bytes, for all who have asked the same (S108)."""

from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

import orjson
from graphql.execution import ExecutionResult
from strawberry import types as strawberry

from schema.errors import public_error
from server.execution.payload_plans import plan_payload
from subscriptions.hub import StreamHandoff

_MAX = 64  # audiences for which a payload keeps its bytes


class Renderer:
    """Executes the rest of an operation for a payload; one for each document and audience."""

    def __init__(self, executor: Any) -> None:  # noqa: ANN401 - server.execution.shared_executor imports this module
        """`executor` is that of the first subscriber, whose socket is forgotten here."""
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

    def encoded(self, payload: object) -> bytes:
        """The payload of a `next` message. What is shared was encoded once for all."""
        sent: dict[Renderer, bytes] | None = getattr(
            getattr(payload, "results", None), "sent", None
        )
        if sent is not None and self in sent:
            return sent[self]
        text = self._plan.text(payload) if self._plan else None
        if text is not None:
            if sent is not None and len(sent) < _MAX:
                sent[self] = text
            return text
        result = self._executor.build_per_event_executor(payload).execute_operation(False)
        reply = getattr(result, "reply", None)
        if reply is not None:
            encoded = bytes(reply.encoded)
            if sent is not None and len(sent) < _MAX:
                sent[self] = encoded
            return encoded
        if not isinstance(result, ExecutionResult):
            result.close()
            raise TypeError("what is handed over has nothing to wait for")
        return self._masked(result)

    def _masked(self, result: ExecutionResult) -> bytes:
        request_id = self._executor.context_value.request_id
        errors = [public_error(error, request_id).formatted for error in result.errors or ()]
        return orjson.dumps({"data": result.data} | ({"errors": errors} if errors else {}))


class HandoffResult(strawberry.ExecutionResult):
    """The result that is a handover: the transport may take the follower from here."""

    def __init__(self, handoff: StreamHandoff[Any], renderer: Renderer | None) -> None:
        """Without a renderer the follower stays where it is."""
        super().__init__(None, None, {})
        self.handoff = handoff
        self.renderer = renderer
        self.tell: Callable[[int], None] = _say_nothing


def renderer_of(audience: Hashable, executor: Any) -> Renderer:  # noqa: ANN401 - as above
    """The same for the same audience, as long as anybody is there."""
    found = _renderers.get(audience)
    if found is None:
        found = _renderers[audience] = Renderer(executor)
    return found


def _say_nothing(_results: int) -> None:
    return None


_renderers: WeakValueDictionary[Hashable, Renderer] = WeakValueDictionary()
