"""A couple has one or two members (M9)."""

from contextlib import nullcontext
from uuid import uuid4

import pytest

from domain.errors import InvalidTransition, NotFound
from domain.marketplace.couple_members import check_may_join, check_removable, free_seat

EMMA, JAMES = uuid4(), uuid4()


@pytest.mark.parametrize(("taken", "seat"), [([], 1), ([1], 2), ([2], 1)])
def test_the_next_member_gets_the_free_seat(taken: list[int], seat: int) -> None:
    assert free_seat(taken) == seat


def test_a_couple_has_at_most_two_members() -> None:
    with pytest.raises(InvalidTransition, match="Both of you"):
        free_seat([1, 2])


@pytest.mark.parametrize(
    ("is_member", "has_partnerships", "has_partner", "refused"),
    [
        (False, False, False, None),
        (True, True, True, "Your partner has to open the link"),
        (False, True, True, "You plan with somebody already"),
        (False, False, True, "You plan with somebody already"),
        (False, True, False, "connected to suppliers of its own"),
    ],
)
def test_only_an_empty_couple_is_given_up(
    *, is_member: bool, has_partnerships: bool, has_partner: bool, refused: str | None
) -> None:
    expected = pytest.raises(InvalidTransition, match=refused) if refused else nullcontext()
    with expected:
        check_may_join(
            is_member=is_member, has_partnerships=has_partnerships, has_partner=has_partner
        )


def test_one_of_two_is_removable_and_nobody_else() -> None:
    check_removable([EMMA, JAMES], JAMES)
    with pytest.raises(NotFound):
        check_removable([EMMA, JAMES], uuid4())
    with pytest.raises(InvalidTransition, match="the only one"):
        check_removable([EMMA], EMMA)
