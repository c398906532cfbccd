"""`node(id)` and paths agree: both follow from the scopes that lead to a type (M13)."""

import pytest
from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    get_directive_values,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

from domain.overview.changes import ChangeSubject
from schema.types.registry import MARKETPLACE, NODES
from server.graph import schema

GRAPH = build_schema(schema.as_str())
# Shown by whose rows they are, whatever leads to them; `api/test_row_filters.py` walks over those.
OWNED = {
    "Supplier", "Couple", "Client", "ClientImport", "Invitation", "BulkInvitation", "Partnership",
    "Onboarding",
    "Conversation", "Notification",
}  # fmt: skip
BY_ID = {"node", "nodes"}
# What `Change.subject` and the like lead to, which the schema calls Node.
SUBJECTS = {"PHASE": "LaunchPhase", "FLAG": "FeatureFlag", "TOKEN": "ApiToken"}
# Its part that leads further has a scope of its own: FlagEvaluation.explanation.
GUARDED_BELOW = {"viewerFlags"}


def reached(start: GraphQLNamedType) -> set[str]:
    """All object types below a type."""
    seen, pending = set[str](), [start.name]
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        kind = GRAPH.type_map[name]
        if name == "Node":
            pending += SUBJECTS.values()
        elif is_abstract_type(kind):
            pending += [one.name for one in GRAPH.get_possible_types(kind)]
        elif isinstance(kind, GraphQLObjectType):
            below = (get_named_type(field.type) for field in kind.fields.values())
            pending += [one.name for one in below if not is_leaf_type(one)]
    return seen


def leading_to(name: str) -> set[str]:
    """The scopes of queries and subscriptions below which a type is."""
    directive, scopes = GRAPH.get_directive("scope"), set[str]()
    assert directive is not None
    for root in ("Query", "Subscription"):
        kind = GRAPH.type_map[root]
        assert isinstance(kind, GraphQLObjectType)
        for key, field in kind.fields.items():
            below = get_named_type(field.type)
            if is_leaf_type(below) or key in BY_ID | GUARDED_BELOW:
                continue
            if name in reached(below):
                assert field.ast_node is not None
                scopes |= set(
                    (get_directive_values(directive, field.ast_node) or {"any": []})["any"]
                )
    return scopes


def test_every_node_type_is_loaded_by_id() -> None:
    node = GRAPH.type_map["Node"]
    assert {kind.name for kind in GRAPH.get_possible_types(node)} == set(NODES)  # type: ignore[arg-type] # an interface


@pytest.mark.parametrize("name", sorted(set(NODES) - OWNED))
def test_node_requires_the_scopes_of_its_paths(name: str) -> None:
    assert {scope.name for scope in NODES[name].scopes} == leading_to(name) - {"SELF"}


@pytest.mark.parametrize("name", sorted(OWNED))
def test_marketplace_rows_are_filtered_after_loading(name: str) -> None:
    assert NODES[name].scopes == MARKETPLACE


def test_every_subject_of_a_change_is_a_node() -> None:
    assert set(SUBJECTS) == {subject.name for subject in ChangeSubject}
    assert set(SUBJECTS.values()) <= set(NODES)
