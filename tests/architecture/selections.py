"""Every field of the graph in some document, made from the schema alone.

For each field that leads from one object type to another there is a selection: the shortest way
from the root to the first type, the field, and all leaves of the second.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
)

_PAGE = 2  # of every list, so that the price stays low
_TOGETHER = 8  # selections of one document


@dataclass(frozen=True, slots=True)
class Way:
    """How a document gets to a type: what is opened on the way there, from the root on."""

    steps: tuple[str, ...] = ()

    def to(self, step: str) -> "Way":
        """One step more."""
        return Way((*self.steps, step))

    def selecting(self, text: str) -> str:
        """The selection, closed again."""
        return f"{' { '.join(self.steps)} {{ {text} }}{' }' * (len(self.steps) - 1)}"


def documents(graph: GraphQLSchema, arguments: Mapping[str, str], root: str = "Query") -> list[str]:
    """Documents that ask for every field below a root type.

    `arguments`: those of root fields that need some, such as `{"featureFlag": '(key: "beta")'}`.
    Fields that need some and are not named are left out.
    """
    parts_of_root = list(selections(graph, arguments, root))
    parts = [
        parts_of_root[index : index + _TOGETHER]
        for index in range(0, len(parts_of_root), _TOGETHER)
    ]
    return [_document(root, part) for part in parts]


def selections(
    graph: GraphQLSchema, arguments: Mapping[str, str], root: str = "Query"
) -> Iterator[str]:
    """One for each field that leads to objects, and one for each leaf of the root."""
    kind = graph.type_map[root]
    assert isinstance(kind, GraphQLObjectType)
    pending, seen = deque([(kind, Way())]), {root}
    while pending:
        kind, way = pending.popleft()
        for name, field in kind.fields.items():
            passed = _arguments(field, arguments.get(name) if kind.name == root else None)
            if passed is None:
                continue
            below, step = get_named_type(field.type), f"{name}{passed}"
            if is_leaf_type(below):
                if kind.name == root:
                    yield step
                continue
            for one, further in _objects(graph, below, way.to(step)):
                yield further.selecting(_leaves(one))
                if one.name not in seen:
                    seen.add(one.name)
                    pending.append((one, further))


def _document(root: str, parts: Sequence[str]) -> str:
    named = (f"a{index}: {text}" for index, text in enumerate(parts))
    return f"{root.lower()} {{ {' '.join(named)} }}"


def _objects(
    graph: GraphQLSchema, kind: GraphQLNamedType, way: Way
) -> Iterator[tuple[GraphQLObjectType, Way]]:
    if is_object_type(kind):
        yield kind, way
    elif is_abstract_type(kind):
        for one in graph.get_possible_types(kind):
            yield one, way.to(f"... on {one.name}")


def _leaves(kind: GraphQLObjectType) -> str:
    plain = [
        f"{name}{_arguments(field)}"
        for name, field in kind.fields.items()
        if is_leaf_type(get_named_type(field.type)) and _arguments(field) is not None
    ]
    return " ".join(("__typename", *plain))


def _arguments(field: GraphQLField, chosen: str | None = None) -> str | None:
    """The arguments in their brackets; None where one is needed that nobody named."""
    if chosen is not None:
        return chosen
    if any(is_required_argument(arg) for arg in field.args.values()):
        return None
    passed = [f"{name}: {_PAGE}" for name in ("first", "limit") if name in field.args]
    return f"({', '.join(passed)})" if passed else ""
