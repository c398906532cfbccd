"""Who may invite and connect whom after one side has had enough (M4)."""

from itertools import chain, combinations

import pytest

from domain.errors import Invalid, InvalidTransition, LaunchError, Revoked
from domain.marketplace.partner_blocks import PartnerSide, check_accept, check_invite

COUPLE, SUPPLIER = PartnerSide.COUPLE, PartnerSide.SUPPLIER
EVERY = list(chain.from_iterable(combinations(PartnerSide, size) for size in range(3)))


def raised_by_invite(
    blocked: tuple[PartnerSide, ...], *, by_mail: bool
) -> type[LaunchError] | None:
    try:
        check_invite(blocked, by_mail=by_mail)
    except LaunchError as error:
        return type(error)
    return None


@pytest.mark.parametrize("blocked", EVERY)
@pytest.mark.parametrize("by_mail", [True, False])
def test_a_supplier_invites_whom_neither_has_blocked(
    blocked: tuple[PartnerSide, ...], by_mail: bool
) -> None:
    expected: type[LaunchError] | None = None
    if SUPPLIER in blocked:
        expected = InvalidTransition
    elif COUPLE in blocked and by_mail:
        expected = Invalid
    assert raised_by_invite(blocked, by_mail=by_mail) is expected


def test_whom_a_couple_has_blocked_learns_no_more_than_of_an_unwanted_address() -> None:
    with pytest.raises(Invalid) as caught:
        check_invite([COUPLE], by_mail=True)
    assert "block" not in str(caught.value.message).lower()
    assert caught.value.path == ("email",)


@pytest.mark.parametrize(
    ("blocked", "error"),
    [
        ([COUPLE], InvalidTransition),
        ([COUPLE, SUPPLIER], InvalidTransition),
        ([SUPPLIER], Revoked),
    ],
)
def test_a_couple_connects_where_neither_has_blocked(
    blocked: list[PartnerSide], error: type[LaunchError]
) -> None:
    check_accept([])
    with pytest.raises(error) as caught:
        check_accept(blocked)
    assert ("blocked" in caught.value.message) is (error is InvalidTransition)
