"""Every reason of a mutation is checked, and before anything else happens (D12)."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, build_schema, get_named_type

from domain.actors import Scope
from server.graph import schema
from services.platform.texts import MAX_REASON
from tests.architecture.calls import call
from tests.architecture.permissions import RootField, root_fields
from tests.support.graphql import GraphQLClient

GRAPH = build_schema(schema.as_str())
FIELDS = {field.place: field for field in root_fields() if field.kind == "Mutation"}


def reason_paths(name: str) -> list[tuple[str, ...]]:
    """Return where a mutation takes a reason: as an argument or in its input."""
    assert GRAPH.mutation_type is not None
    paths: list[tuple[str, ...]] = []
    for key, argument in GRAPH.mutation_type.fields[name].args.items():
        kind = get_named_type(argument.type)
        if key == "reason":
            paths.append((key,))
        elif isinstance(kind, GraphQLInputObjectType) and "reason" in kind.fields:
            paths.append((key, "reason"))
    return paths


REASONS = [(field, path) for field in FIELDS.values() for path in reason_paths(field.name)]


def test_the_walk_finds_reasons_of_both_kinds() -> None:
    assert {len(path) for _, path in REASONS} == {1, 2}


@pytest.mark.parametrize("reason", ["x" * (MAX_REASON + 1), "a\x1b[2Jb"], ids=["long", "escape"])
@pytest.mark.parametrize(("field", "path"), REASONS, ids=lambda item: getattr(item, "name", ""))
async def test_a_reason_that_the_audit_cannot_keep_is_refused_by_its_field(
    admin: GraphQLClient,
    supplier: GraphQLClient,
    field: RootField,
    path: tuple[str, ...],
    reason: str,
) -> None:
    operation = call(GRAPH, "Mutation", field.name)
    document, variables = operation.document, operation.variables
    if len(path) == 1 and "reason" not in variables:
        document = document.replace("mutation (", "mutation ($reason: String, ")
        document = document.replace(f"{field.name}(", f"{field.name}(reason: $reason, ")
    where: Any = variables if len(path) == 1 else variables.setdefault(path[0], {})
    where["reason"] = reason
    client = supplier if set(field.declared) == {Scope.SELF} else admin
    document = document.replace("errors { code message }", "errors { code path }")
    payload = (await client.data(document, **variables))[field.name]
    assert payload["errors"] == [{"code": "INVALID", "path": list(path)}]
