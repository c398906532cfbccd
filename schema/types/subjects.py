"""The subjects of events and changes, as nodes."""

from uuid import UUID

from domain import ids
from domain.events import Subject
from schema.context import Info
from schema.types.node import Node


async def load_subject(info: Info, kind: Subject, key: UUID) -> Node | None:
    """Load the flag, phase, incident, user or token with this row id."""
    return await load_node(info, _TYPE_NAMES[kind], key) if kind in _TYPE_NAMES else None


async def load_visible(info: Info, value: str) -> Node | None:
    """Load the node with this global id; None if there is none that the caller may see."""
    from schema.types.registry import NODES  # noqa: PLC0415 - the registry imports every type

    type_name, key = ids.parse_global_id(value) or ("", "")
    kind, row_id = NODES.get(type_name), ids.parse_uuid(key)
    if kind is None or row_id is None or not kind.allows(info.context.actor, row_id):
        return None
    return await kind.load(info, row_id)


async def load_node(info: Info, type_name: str, key: UUID) -> Node | None:
    """Load the node of a type by its row id; None for unknown types and rows."""
    from schema.types.registry import NODES  # noqa: PLC0415 - the registry imports every type

    kind = NODES.get(type_name)
    return await kind.load(info, key) if kind else None


_TYPE_NAMES = {
    Subject.PHASE: "LaunchPhase",
    Subject.FLAG: "FeatureFlag",
    Subject.INCIDENT: "Incident",
    Subject.SILENCE: "Silence",
    Subject.USER: "User",
    Subject.TOKEN: "ApiToken",
    Subject.CLIENT: "Client",
    Subject.INVITATION: "Invitation",
    Subject.PARTNERSHIP: "Partnership",
    Subject.ONBOARDING: "Onboarding",
}
