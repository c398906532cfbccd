"""Relay's Node: objects with a global id, which `node(id)` can load."""

from uuid import UUID

import strawberry

from domain import ids
from domain.errors import Invalid, NotFound
from schema.planned import GLOBAL_ID


@strawberry.interface(description="An object that can be fetched by its global id.")
class Node:
    """An object with a global id."""

    id: strawberry.ID = strawberry.field(
        description="A global id, opaque and stable.", metadata=GLOBAL_ID
    )


def node_id(type_name: str, key: UUID) -> strawberry.ID:
    """Encode the global id of a row."""
    return strawberry.ID(ids.global_id(type_name, key))


def decode_id(value: str, type_name: str, *path: str) -> UUID:
    """Decode the row id of a global id; `path` names the argument.

    Raises Invalid if the text is not a global id, NotFound if the id has another type.
    """
    parts = ids.parse_global_id(value)
    if parts is None:
        raise Invalid("This is not an id of this graph.", path=path or ("id",))
    id_type, key = parts
    uuid = ids.parse_uuid(key)
    if id_type != type_name or uuid is None:
        raise NotFound(f"There is no {type_name} with this id.", path=path or ("id",))
    return uuid


def decode_optional_id(value: str | None, type_name: str, *path: str) -> UUID | None:
    """Decode the row id of an optional argument."""
    return None if value is None else decode_id(value, type_name, *path)
