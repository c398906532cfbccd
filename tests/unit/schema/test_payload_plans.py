"""What is written at once is what the executor gives, byte for byte (PERF3)."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import orjson
import pytest
from graphql import parse

from domain.flags.flags import BucketBy, EvaluationContext, Flag
from domain.ids import FlagId
from domain.platform.percent import Percent
from schema.context import Context, Runtime
from schema.types.flag_values import FlagEvaluation, FlagSet
from server.compat import core_schema
from server.execution.payload_plans import plan_payload
from server.execution.shared_executor import SharedExecutor
from server.graph import schema
from services.flags.flag_sets import FlagSet as Flags
from services.flags.flag_views import FlagView, FlagViews

NOW = datetime(2026, 12, 1, tzinfo=UTC)
PLANNED = (
    "subscription { viewerFlags { version etag flags { key value } } }",
    "subscription { all: viewerFlags { flags { value k: key __typename } v: version __typename } }",
    "subscription { viewerFlags { flags { key reason errorCode flagVersion } } }",
    "subscription ($no: Boolean = true) { viewerFlags { etag @skip(if: $no) ...F } }"
    " fragment F on FlagSet { flags { ... on FlagEvaluation { key } value @include(if: $no) } }",
    "subscription { viewerFlags { a: flags { key } b: flags { value } } }",
    "subscription { viewerFlags { version } }",
)
EXECUTED = ("subscription { viewerFlags { version flags { key explanation { steps } } } }",)


def executor(document: str) -> SharedExecutor:
    """That of a subscriber."""
    context = Context(cast("Runtime", None), None)
    built: Any = SharedExecutor.build(core_schema(schema), parse(document), context_value=context)
    assert isinstance(built, SharedExecutor)
    return built


def flag(number: int, percentage: float) -> Flag:
    key = f"flag_{number}"
    return Flag(
        FlagId(UUID(int=number)), key, key, None, percentage > 0, Percent(percentage), (),
        BucketBy.DEVICE, True, key, None, 1, NOW, NOW,
    )  # fmt: skip


def flags() -> Flags:
    kinds = (100.0, 37.5, 0.0)
    flag_list = [flag(number, kinds[number % 3]) for number in range(30)]
    return Flags(
        version=7, flags={item.key: item for item in flag_list}, loaded_at=NOW, stale=False
    )


def payload(current: Flags, device: str) -> FlagSet:
    context = EvaluationContext({BucketBy.DEVICE: device})
    return FlagSet.shared(FlagView(context, current, FlagViews()).seen)


def executed(document: str, of: FlagSet) -> bytes:
    result: Any = executor(document).build_per_event_executor(of).execute_operation(False)
    assert not result.errors
    return orjson.dumps({"data": result.data})


@pytest.mark.parametrize("document", PLANNED)
def test_a_payload_plan_gives_the_result_of_the_executor(document: str) -> None:
    plan, current = plan_payload(executor(document)), flags()
    assert plan is not None
    texts = {plan.encode(payload(current, f"device-{number}")) for number in range(20)}
    expected = {executed(document, payload(current, f"device-{number}")) for number in range(20)}
    assert texts == expected


@pytest.mark.parametrize("document", EXECUTED)
def test_a_selection_beyond_attributes_is_executed(document: str) -> None:
    assert plan_payload(executor(document)) is None


def test_documents_that_go_side_by_side_do_not_mix() -> None:
    """Also when there are more of them than an evaluation keeps texts of."""
    current = flags()
    plans = [(document, plan_payload(executor(document))) for document in PLANNED]
    for _ in range(2):
        for document, plan in plans:
            assert plan is not None
            shown = payload(current, "device")
            assert plan.encode(shown) == executed(document, payload(current, "device"))


def test_an_unusual_payload_is_left_to_the_executor() -> None:
    plan, shown = plan_payload(executor(PLANNED[0])), payload(flags(), "device")
    assert plan is not None
    assert plan.encode("another class") is None
    shown.flags = [*shown.flags, cast("FlagEvaluation", None)]
    assert plan.encode(shown) is None
