"""Schema directives: what a field demands and costs, readable by every tool."""

import strawberry
from strawberry.schema_directive import Location

from schema.enums import Scope


@strawberry.schema_directive(
    name="scope",
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    description="The caller needs `any` one of these scopes.",
)
class ScopeDirective:
    """Names the scopes of which a caller needs one."""

    any: list[Scope] = strawberry.directive_field(name="any")


@strawberry.schema_directive(
    name="cost",
    locations=[Location.FIELD_DEFINITION],
    description="What a field adds to the cost of an operation: its weight, times the arguments in "
    "`multipliedBy`.",
)
class CostDirective:
    """The weight of a field, multiplied by the named arguments."""

    weight: int = strawberry.directive_field(name="weight", default=1)
    multiplied_by: list[str] | None = strawberry.directive_field(
        name="multipliedBy", default=("first", "last")
    )
