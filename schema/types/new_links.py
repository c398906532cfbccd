"""A couple asks for a new link after its invitation has expired (M6)."""

import strawberry

from domain.errors import LaunchError
from schema.types.errors import Error


@strawberry.type(description="The request for a new link was received.")
class NewLinkPayload:
    """The answer of requestNewLink: the same whether or not a link is sent."""

    received: bool = strawberry.field(
        default=False, description="True unless there are errors; says nothing about the code."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="What was wrong.")

    @classmethod
    def failed(cls, error: LaunchError) -> "NewLinkPayload":
        """The answer to an expected failure."""
        return cls(errors=Error.every(error))
