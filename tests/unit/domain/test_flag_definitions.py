"""What a flag's definition may hold, and who belongs to which group (S2, A18)."""

from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given

from domain.actors import Role, UserType, VendorType
from domain.errors import Invalid
from domain.flags.flags import MAX_GROUPS, FlagState, groups_of, parse_groups, parse_key
from domain.ids import global_id
from domain.platform.percent import Percent
from tests.unit.domain.builders import any_text, make_flag

KEY = UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")


@pytest.mark.parametrize("key", ["ab", "mvp_supplier_dashboard", "a1", "a_", "a" * 63])
def test_accepts_a_key_of_the_pattern(key: str) -> None:
    assert parse_key(key) == key


@pytest.mark.parametrize(
    "key", ["", "a", "1ab", "_ab", "Ab", "aB", "a-b", "a b", "ab\n", "zoë", "a²", "a" * 64]
)
def test_refuses_another_key_and_names_the_field(key: str) -> None:
    """S2: ^[a-z][a-z0-9_]{1,62}$."""
    with pytest.raises(Invalid) as caught:
        parse_key(key)
    assert caught.value.path == ("input", "key")


def test_groups_keep_their_order_and_lose_repeats() -> None:
    groups = parse_groups(["venue", "user:a@b.c", "venue", "!user:x-1", "supplier"])
    assert groups == ("venue", "user:a@b.c", "!user:x-1", "supplier")


@pytest.mark.parametrize(
    "group",
    [
        *["", "Supplier", "1a", "!supplier", "user:", "!user:", "user:a b", "user:é", "!!user:a"],
        *["supplier\n", "user:a\n", "user:\x00", "group:a", "a" * 64, "user:" + "a" * 201],
    ],
)
def test_refuses_a_malformed_group_and_says_which(group: str) -> None:
    with pytest.raises(Invalid, match="Target group 2 ") as caught:
        parse_groups(["supplier", group])
    assert caught.value.path == ("input", "targetGroups")


def test_refuses_too_many_groups_but_counts_repeats_once() -> None:
    many = [f"user:{number}" for number in range(MAX_GROUPS)]
    assert len(parse_groups([*many, *many])) == MAX_GROUPS
    with pytest.raises(Invalid, match="At most 1000"):
        parse_groups([*many, "one_more"])


@pytest.mark.parametrize("mark", ["user:", "!user:"])
@pytest.mark.parametrize("node", ["User", "Supplier", "Couple"])
def test_a_global_id_is_stored_as_the_id_of_its_row(mark: str, node: str) -> None:
    """Flags are evaluated by row ids: another id would name nobody."""
    assert parse_groups([mark + global_id(node, KEY), f"{mark}{KEY}"]) == (f"{mark}{KEY}",)


def test_refuses_the_global_id_of_another_node() -> None:
    with pytest.raises(Invalid, match="Target group 2 names no user"):
        parse_groups(["supplier", "user:" + global_id("Client", KEY)])


@given(any_text)
def test_any_text_is_a_group_or_invalid(text: str) -> None:
    with suppress(Invalid):
        assert parse_groups([text]) == (text,)


@pytest.mark.parametrize(
    ("user_type", "vendor_type", "role", "groups"),
    [
        (None, None, None, set()),
        (UserType.SUPPLIER, None, None, {"supplier", "wedsync"}),
        (UserType.COUPLE, None, Role.COUPLE, {"couple", "wedme"}),
        (UserType.ADMIN, None, Role.OPERATOR, {"admin", "operator"}),
        (None, VendorType.VENUE, None, {"venue"}),
        (
            UserType.SUPPLIER,
            VendorType.PHOTOGRAPHER,
            Role.SUPPLIER,
            {"supplier", "photographer", "wedsync"},
        ),
    ],
)
def test_groups_are_side_trade_role_and_platform(
    user_type: UserType | None,
    vendor_type: VendorType | None,
    role: Role | None,
    groups: set[str],
) -> None:
    """A18: attribute targeting by vendor type, platform and group."""
    assert groups_of(user_type, vendor_type, role) == groups


def test_every_own_group_can_be_targeted() -> None:
    for vendor in VendorType:
        own = groups_of(UserType.SUPPLIER, vendor, Role.SUPPLIER)
        assert set(parse_groups(own)) == own


def test_the_state_is_what_decides_who_sees_a_flag() -> None:
    flag = make_flag(percentage=25, groups=("venue",), version=7)
    assert flag.state == FlagState(True, Percent(25), ("venue",), 7)
