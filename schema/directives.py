"""Schema directives: what a field demands and costs, readable by every tool."""

from collections.abc import Iterable

import strawberry
from graphql import GraphQLDirective
from strawberry.schema_directive import Location, StrawberrySchemaDirective

from schema.enums import Scope


@strawberry.schema_directive(
    name="scope",
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    description="The caller needs `any` one of these scopes.",
)
class ScopeDirective:
    """Names the scopes of which a caller needs one."""

    any: list[Scope] = strawberry.field(name="any", description="One of them is enough.")


@strawberry.schema_directive(
    name="cost",
    locations=[Location.FIELD_DEFINITION],
    description="What a field adds to the cost of an operation: its weight, times the arguments in "
    "`multipliedBy`.",
)
class CostDirective:
    """The weight of a field, multiplied by the named arguments."""

    weight: int = strawberry.field(
        name="weight", description="Points for the field itself.", default=1
    )
    multiplied_by: list[str] | None = strawberry.field(
        name="multipliedBy",
        description="Arguments whose numbers multiply the weight.",
        default=("first", "last"),
    )


def describe_arguments(directives: Iterable[GraphQLDirective]) -> None:
    """Give arguments the descriptions that strawberry leaves out of the schema."""
    for directive in directives:
        definition = directive.extensions.get("strawberry-definition")
        if not isinstance(definition, StrawberrySchemaDirective):
            continue
        for field in definition.fields:
            name = field.graphql_name or field.python_name
            directive.args[name].description = field.description
