"""Schema directives: what a field demands and costs, readable by every tool."""

import strawberry
from strawberry.schema_directive import Location

from domain.actors import Scope

ScopeEnum = strawberry.enum(
    Scope, name="Scope", description="One right; a field names those of which one is enough."
)


@strawberry.schema_directive(
    name="scope",
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    description="One of these scopes is needed.",
)
class ScopeDirective:
    """Names the scopes of which a caller needs one."""

    any: list[ScopeEnum] = strawberry.directive_field(name="any")


@strawberry.schema_directive(
    name="cost",
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    description="What a field adds to the cost of an operation.",
)
class CostDirective:
    """The weight of a field, multiplied by the named arguments."""

    weight: int = strawberry.directive_field(name="weight", default=1)
    multiplied_by: list[str] | None = strawberry.directive_field(
        name="multipliedBy", default=None
    )
