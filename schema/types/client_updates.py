"""What the streams of clients and partnerships send (M14)."""

import strawberry

from schema.types.clients import Client
from schema.types.couples import Partnership


@strawberry.type(description="What changed among the clients of the caller.")
class ClientsUpdate:
    """Read lists and counts anew after each result but the first."""

    changed: Client | None = strawberry.field(
        description="The client that is new or has changed; null in the first result, and where "
        "several were imported."
    )


@strawberry.type(description="What changed among the partnerships of the caller.")
class PartnershipsUpdate:
    """Read lists and counts anew after each result but the first."""

    changed: Partnership | None = strawberry.field(
        description="The partnership that is new or has changed; null in the first result, and "
        "for a supplier once it has ended."
    )
