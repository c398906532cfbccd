"""Two schemas, compared: what one promises and the other does not keep."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
    is_specified_scalar_type,
    print_ast,
)

Fields = Mapping[str, GraphQLField]


@dataclass(frozen=True, slots=True)
class Drift:
    """At `place` (Type, Type.field, Type.field(argument)) ours is another than the promised."""

    place: str
    promised: str
    ours: str

    @property
    def is_missing(self) -> bool:
        """We have nothing there."""
        return self.ours == ""


def compare(promised: GraphQLSchema, ours: GraphQLSchema) -> list[Drift]:
    """Every place where ours is not what is promised; more than promised is allowed."""
    found: list[Drift] = []
    for name, kind in own_types(promised):
        other = ours.type_map.get(name)
        if other is None:
            found.append(Drift(name, _kind(kind), ""))
        elif type(kind) is not type(other):
            found.append(Drift(name, _kind(kind), _kind(other)))
        else:
            found.extend(_compare_types(kind, other))
    for directive in promised.directives:
        mine = ours.get_directive(directive.name)
        found.extend(_arguments(f"@{directive.name}", directive.args, mine.args if mine else {}))
    return found


def own_types(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLNamedType]]:
    """All but GraphQL's own."""
    for name, kind in schema.type_map.items():
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind):
            yield name, kind


def _kind(kind: GraphQLNamedType) -> str:
    return type(kind).__name__.removeprefix("GraphQL").removesuffix("Type").lower()


def _compare_types(promised: GraphQLNamedType, ours: GraphQLNamedType) -> Iterator[Drift]:
    match promised, ours:
        case (GraphQLObjectType() | GraphQLInterfaceType()) as a, (
            GraphQLObjectType() | GraphQLInterfaceType()
        ) as b:
            yield from _names(a.name, _interfaces(a), _interfaces(b))
            yield from _fields(a.name, a.fields, b.fields)
        case GraphQLInputObjectType() as a, GraphQLInputObjectType() as b:
            yield from _inputs(a.name, a.fields, b.fields)
        case GraphQLEnumType() as a, GraphQLEnumType() as b:
            yield from _names(a.name, set(a.values), set(b.values))
        case GraphQLUnionType() as a, GraphQLUnionType() as b:
            yield from _names(a.name, {x.name for x in a.types}, {x.name for x in b.types})


def _interfaces(kind: GraphQLObjectType | GraphQLInterfaceType) -> set[str]:
    return {item.name for item in kind.interfaces}


def _names(place: str, promised: set[str], ours: set[str]) -> Iterator[Drift]:
    for name in sorted(promised - ours):
        yield Drift(f"{place}.{name}", name, "")


def _fields(place: str, promised: Fields, ours: Fields) -> Iterator[Drift]:
    for name, field in promised.items():
        at = f"{place}.{name}"
        other = ours.get(name)
        if other is None:
            yield Drift(at, str(field.type), "")
            continue
        if str(field.type) != str(other.type):
            yield Drift(at, str(field.type), str(other.type))
        yield from _directives(at, field, other)
        yield from _arguments(at, field.args, other.args)


def _directives(at: str, promised: GraphQLField, ours: GraphQLField) -> Iterator[Drift]:
    """@scope and @cost, as they are written."""
    wanted, found = _written(promised), _written(ours)
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            yield Drift(f"{at}@{name}", wanted.get(name, "none"), found.get(name, "none"))


def _written(field: GraphQLField) -> dict[str, str]:
    nodes = field.ast_node.directives or () if field.ast_node else ()
    return {node.name.value: _without_defaults(node) for node in nodes}


def _without_defaults(node: DirectiveNode) -> str:
    return print_ast(node).replace(', multipliedBy: ["first", "last"]', "")


def _arguments(
    at: str, promised: Mapping[str, GraphQLArgument], ours: Mapping[str, GraphQLArgument]
) -> Iterator[Drift]:
    for name, argument in promised.items():
        yield from _value(f"{at}({name})", argument, ours.get(name))
    for name in ours.keys() - promised.keys():
        if is_required_argument(ours[name]):
            yield Drift(f"{at}({name})", "no such argument", f"{ours[name].type}, required")


def _inputs(
    place: str, promised: Mapping[str, GraphQLInputField], ours: Mapping[str, GraphQLInputField]
) -> Iterator[Drift]:
    for name, field in promised.items():
        yield from _value(f"{place}.{name}", field, ours.get(name))
    for name in ours.keys() - promised.keys():
        if is_required_input_field(ours[name]):
            yield Drift(f"{place}.{name}", "no such field", f"{ours[name].type}, required")


def _value(
    at: str,
    promised: GraphQLArgument | GraphQLInputField,
    ours: GraphQLArgument | GraphQLInputField | None,
) -> Iterator[Drift]:
    if ours is None:
        yield Drift(at, str(promised.type), "")
    elif _given(promised) != _given(ours):
        yield Drift(at, _given(promised), _given(ours))


def _given(item: GraphQLArgument | GraphQLInputField) -> str:
    """Type and default. A default of null is what an optional value has anyway."""
    default = item.ast_node.default_value if item.ast_node else None
    text = print_ast(default) if default is not None else "null"
    return str(item.type) if text == "null" else f"{item.type} = {text}"
