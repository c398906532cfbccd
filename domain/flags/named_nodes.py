"""Users, suppliers and couples that target groups name: `user:ID` and `!user:ID` (A18)."""

from domain.ids import parse_global_id, parse_uuid, row_id

_NODES = ("User", "Supplier", "Couple")


def with_row_id(group: str) -> str:
    """A target group with the id of the row, by which flags are evaluated, for a global id."""
    mark, user, name = group.partition("user:")
    return f"{mark}{user}{row_id(name, *_NODES)}" if user else group


def names_other_node(group: str) -> bool:
    """True for a global id that is left: no flag is evaluated for such a node."""
    _, _, name = group.partition("user:")
    _, key = parse_global_id(name) or ("", "")
    return parse_uuid(key) is not None
