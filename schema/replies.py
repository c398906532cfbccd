"""Gives an answer again as long as what it was made of is the same (ADR 12)."""

from collections.abc import AsyncIterator, Hashable
from contextlib import suppress
from typing import Any, cast

import orjson
from graphql.execution import ExecutionResult
from strawberry.extensions import SchemaExtension

from domain.errors import DependencyDown
from schema.context import Context
from schema.purity import source_of
from schema.quota import operation_cost
from schema.sharing import asker
from services.replies import Kept, Question, Replies


class ReplyCache(SchemaExtension):
    """Takes the place of the execution alone.

    Who asks is known by then, the document was validated and its cost was charged: nothing that
    limits, counts or logs an operation is skipped. Where rows are asked for, each hit takes one
    short look at the database.
    """

    async def on_execute(self) -> AsyncIterator[None]:
        """Around the execution of an operation."""
        context: Context = self.execution_context.context
        question = self._question() if context.connection is not None else None
        if question is None:
            yield
            return
        replies: Replies = context.runtime.replies
        who = asker(question.source, context.actor)
        revision: Hashable = None
        with suppress(DependencyDown):  # who needs the database will say that it is away
            revision = await replies.revision(question.source)
        data = replies.find(question, who, revision) if revision is not None else None
        if data is not None:
            self.execution_context.result = _answer(data)
        yield
        if data is None and revision is not None:
            data = self._answered(context, revision, question, who)
        if data is not None:
            context.question = question

    def _question(self) -> Question | None:
        asked = self.execution_context
        source = source_of(asked.schema._schema, asked.query or "", asked.operation_name)
        if source is None:
            return None
        document = (asked.query or "", asked._provided_operation_name)
        points, name = operation_cost().points, asked.operation_name
        with suppress(TypeError):  # integers that only Python knows
            return Question.of(source, document, asked.variables or {}, points, name)
        return None

    def _answered(
        self, context: Context, revision: Hashable, question: Question, who: Hashable
    ) -> bytes | None:
        """What was worked out, kept for the next."""
        result = self.execution_context.result
        if not isinstance(result, ExecutionResult) or result.errors or result.data is None:
            return None
        data = orjson.dumps(result.data)
        context.runtime.replies.keep(question, who, Kept(revision, data, context.again))
        self.execution_context.result = _answer(data)
        return data


def _answer(data: bytes) -> ExecutionResult:
    """The answer as JSON that is put into the reply as it is."""
    return ExecutionResult(cast("dict[str, Any]", orjson.Fragment(data)), None)
