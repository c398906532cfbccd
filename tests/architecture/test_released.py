"""The graph of the code breaks no client of the last release (A47)."""

from graphql import GraphQLObjectType, GraphQLSchema, build_schema, get_directive_values
from graphql.utilities import DangerousChangeType, find_breaking_changes, find_dangerous_changes

from server.graph import schema
from tests.architecture.permissions import KINDS
from tests.architecture.source import ROOT

RELEASED = build_schema((ROOT / "schema" / "released.graphql").read_text())
CURRENT = build_schema(schema.as_str())
# Dangerous for graphql-core, a different behaviour of the same document for a client.
DEFAULTS = {
    DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE,
    DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE,
}

# Deliberate breaks: (the reported change, why no client is affected).
BROKEN: dict[str, str] = {
    "Field User.email changed type from EmailAddress! to EmailAddress.": (
        "SEC10: null for tokens without people:read; the exception is in CHANGELOG.md"
    ),
}
# Root fields that need another scope than before: (Type.field, the reason, such as a security fix).
NARROWED: dict[str, str] = {}


def scopes(graph: GraphQLSchema) -> dict[str, set[str]]:
    """The scopes of each root field, one of which is enough; none for a public field."""
    directive = graph.get_directive("scope")
    assert directive is not None
    scopes_by_field = {}
    for kind in KINDS:
        root = graph.type_map[kind]
        assert isinstance(root, GraphQLObjectType)
        for name, field in root.fields.items():
            assert field.ast_node is not None
            values = get_directive_values(directive, field.ast_node) or {"any": []}
            scopes_by_field[f"{kind}.{name}"] = set(values["any"])
    return scopes_by_field


def is_narrower(before: set[str], now: set[str]) -> bool:
    """Whether a caller who had access may have lost it."""
    if not now:
        return False
    return not before or not before <= now


def test_released_fields_types_and_defaults_are_compatible() -> None:
    breaking = {change.description for change in find_breaking_changes(RELEASED, CURRENT)}
    dangerous = find_dangerous_changes(RELEASED, CURRENT)
    breaking |= {change.description for change in dangerous if change.type in DEFAULTS}
    assert breaking == set(BROKEN)


def test_released_root_fields_keep_their_scopes() -> None:
    before, now = scopes(RELEASED), scopes(CURRENT)
    narrower = {name for name in before if name in now and is_narrower(before[name], now[name])}
    assert narrower == set(NARROWED)


def test_changed_scopes_are_detected() -> None:
    assert is_narrower(set(), {"FLAGS_READ"})
    assert is_narrower({"FLAGS_READ"}, {"FLAGS_WRITE"})
    assert not is_narrower({"FLAGS_READ"}, {"FLAGS_READ", "FLAGS_WRITE"})
    assert not is_narrower({"FLAGS_READ"}, set())
    assert not is_narrower(set(), set())


def test_every_deprecation_names_its_date() -> None:
    lines = [line for line in schema.as_str().splitlines() if "@deprecated" in line]
    assert [line for line in lines if "remove after 20" not in line] == []
