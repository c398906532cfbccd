"""Everything in the graph is described, and the generated files are committed (A47)."""

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
    parse,
    validate,
)

from server.graph import schema
from tests.architecture.documents import documents, manifest
from tests.architecture.generated import COMMAND, DOCUMENTS, SDL

CURRENT = build_schema(schema.as_str())


def own_types(graph: GraphQLSchema) -> Iterator[tuple[str, GraphQLNamedType]]:
    """All types except those of GraphQL itself."""
    for name, kind in graph.type_map.items():
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind):
            yield name, kind


def described(graph: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Everything that Strawberry can describe (not the arguments of directives), with its text."""
    for name, kind in own_types(graph):
        yield name, kind.description
        for part, text in members(kind):
            yield f"{name}.{part}", text
    for directive in graph.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description


def members(kind: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    """Fields, their arguments, and values."""
    if isinstance(kind, GraphQLInputObjectType):
        yield from ((name, member.description) for name, member in kind.fields.items())
    elif isinstance(kind, GraphQLEnumType):
        yield from ((name, value.description) for name, value in kind.values.items())
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in kind.fields.items():
            yield name, field.description
            yield from ((f"{name}({key})", arg.description) for key, arg in field.args.items())


def test_the_committed_schema_is_current() -> None:
    assert SDL.read_text() == schema.as_str() + "\n", f"run `{COMMAND}` and look at the difference"


def test_command_documents_are_committed_and_match_the_schema() -> None:
    """A48: a server that runs known documents only finds those of `launch` there."""
    assert DOCUMENTS.read_text() == manifest(), f"run `{COMMAND}` and look at the difference"
    texts = documents().values()
    assert len(texts) > 60
    assert [error for text in texts for error in validate(CURRENT, parse(text))] == []


def test_every_description_is_a_whole_sentence() -> None:
    """A text of two lines without parentheses ends after its first one, in a blank."""
    cut = {name: text for name, text in described(CURRENT) if not (text or "").endswith((".", ")"))}
    assert cut == {}


def test_everything_has_a_description() -> None:
    assert [name for name, text in described(CURRENT) if not (text or "").strip()] == []
