"""Fields that load any node by its global id (Relay)."""

import asyncio
from typing import Annotated

import strawberry

from domain import ids
from domain.errors import Invalid
from schema.context import Info
from schema.types.node import Node
from schema.types.subjects import load_visible

MAX_NODES = 100

NodeId = Annotated[strawberry.ID, strawberry.argument(description="A global id.")]
NodeIds = Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 global ids.")]


async def node(info: Info, id: NodeId) -> Node | None:
    """The node with this id; null if it does not exist or the caller may not see it."""
    if ids.parse_global_id(id) is None:
        raise Invalid("This is not an id of this graph.", path=("id",))
    return await load_visible(info, id)


async def nodes(info: Info, ids: NodeIds) -> list[Node | None]:
    """The nodes with these ids, in their order."""
    if len(ids) > MAX_NODES:
        raise Invalid(f"At most {MAX_NODES} ids at once.", path=("ids",))
    return list(await asyncio.gather(*(node(info, key) for key in ids)))  # one batch a type
