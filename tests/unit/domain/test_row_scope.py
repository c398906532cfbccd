"""Whose rows are within reach (A53)."""

from uuid import UUID

import pytest

from domain.actors import ANONYMOUS, Actor, ActorKind, Role, Scope
from domain.errors import Forbidden
from domain.ids import CoupleId, SupplierId
from domain.platform.row_scope import PartnershipScope, readable, writable

ONE, TWO = UUID(int=1), UUID(int=2)


def actor(*scopes: Scope, supplier: UUID | None = None, couple: UUID | None = None) -> Actor:
    return Actor(
        ActorKind.USER,
        ONE,
        "somebody",
        frozenset(scopes),
        Role.SUPPLIER,
        supplier_id=SupplierId(supplier) if supplier else None,
        couple_id=CoupleId(couple) if couple else None,
    )


SUPPLIER = actor(Scope.SELF, supplier=ONE)
COUPLE = actor(Scope.SELF, couple=ONE)
READER = actor(Scope.DIRECTORY_READ)
WRITER = actor(Scope.DIRECTORY_WRITE)


def test_ones_own_and_nothing_else() -> None:
    row_scope = readable(SUPPLIER)
    assert [row_scope.reaches_supplier(key) for key in (ONE, TWO)] == [True, False]
    assert not row_scope.reaches_couple(ONE)
    assert (row_scope.reaches_user(ONE), row_scope.reaches_user(TWO)) == (True, False)


def test_a_visitor_reaches_nothing() -> None:
    row_scope = readable(ANONYMOUS)
    assert not any(
        (
            row_scope.reaches_user(ONE),
            row_scope.reaches_supplier(ONE),
            row_scope.reaches_couple(ONE),
        )
    )
    assert row_scope.partnerships_of_supplier(ONE) is None
    assert row_scope.partnerships_of_couple(ONE) is None


def test_reading_is_not_writing() -> None:
    assert readable(READER).reaches_supplier(TWO)
    assert not writable(READER).reaches_supplier(TWO)
    assert writable(WRITER).reaches_supplier(TWO)
    assert not readable(WRITER).reaches_supplier(TWO)


def test_a_partner_sees_only_what_is_between_the_two() -> None:
    assert readable(COUPLE).partnerships_of_supplier(TWO) == PartnershipScope(TWO, ONE)
    assert readable(SUPPLIER).partnerships_of_couple(TWO) == PartnershipScope(ONE, TWO, True)
    assert readable(SUPPLIER).partnerships_of_supplier(TWO) is None
    assert readable(SUPPLIER).partnerships_of_supplier(ONE) == PartnershipScope(ONE, None, True)
    assert readable(READER).partnerships_of_supplier(TWO) == PartnershipScope(TWO, None)
    assert readable(READER).partnerships_of_couple(TWO) == PartnershipScope(None, TWO)


@pytest.mark.parametrize(
    ("actor", "supplier", "couple", "active", "ended"),
    [
        (SUPPLIER, ONE, TWO, True, False),
        (SUPPLIER, TWO, ONE, False, False),
        (COUPLE, TWO, ONE, True, True),
        (COUPLE, ONE, TWO, False, False),
        (READER, TWO, TWO, True, True),
        (ANONYMOUS, ONE, ONE, False, False),
    ],
)
def test_an_ended_partnership_stays_with_its_couple_and_the_staff(
    actor: Actor, supplier: UUID, couple: UUID, active: bool, ended: bool
) -> None:
    sees = readable(actor).sees_partnership
    assert sees(supplier, couple, is_active=True) is active
    assert sees(supplier, couple, is_active=False) is ended


def test_a_writer_is_bound_to_a_supplier_unless_allowed_all() -> None:
    assert writable(SUPPLIER).one_supplier() == ONE
    assert writable(WRITER).one_supplier() is None
    for other in (COUPLE, READER, ANONYMOUS):
        with pytest.raises(Forbidden):
            writable(other).one_supplier()
