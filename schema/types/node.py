"""Relay's Node: a global id that `node(id)` can find again."""

from uuid import UUID

import strawberry

from domain import ids
from domain.errors import Invalid, NotFound
from schema.planned import GLOBAL_ID


@strawberry.interface(description="An object that can be fetched by its global id.")
class Node:
    """Carries the global id."""

    id: strawberry.ID = strawberry.field(
        description="A global id, opaque and stable.", metadata=GLOBAL_ID
    )


def node_id(type_name: str, key: UUID) -> strawberry.ID:
    """The global id of a row."""
    return strawberry.ID(ids.global_id(type_name, key))


def decode_id(value: str, type_name: str, *path: str) -> UUID:
    """The row id behind a global id of that type; path names the argument.

    Raises Invalid where the text is no global id, NotFound where it is another type's.
    """
    parts = ids.parse_global_id(value)
    if parts is None:
        raise Invalid("This is not an id of this graph.", path=path or ("id",))
    found, key = parts
    uuid = ids.parse_uuid(key)
    if found != type_name or uuid is None:
        raise NotFound(f"There is no {type_name} with this id.", path=path or ("id",))
    return uuid


def decode_optional_id(value: str | None, type_name: str, *path: str) -> UUID | None:
    """The same where an argument may be left out."""
    return None if value is None else decode_id(value, type_name, *path)
