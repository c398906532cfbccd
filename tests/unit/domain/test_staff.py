"""Nobody makes anybody who may do more than they may (A53)."""

from uuid import uuid4

import pytest

from domain.accounts.staff import check_admins_left, check_grant, check_target
from domain.actors import ROLE_SCOPES, STAFF, Actor, ActorKind, Role, Scope
from domain.errors import Forbidden, Invalid, InvalidTransition

ADMIN = Actor(ActorKind.USER, uuid4(), "a@wedsync.app", ROLE_SCOPES[Role.ADMIN], Role.ADMIN)
TOOL = Actor(ActorKind.TOKEN, uuid4(), "ci", frozenset({Scope.TOKENS_ADMIN}))
WIDE_TOOL = Actor(ActorKind.TOKEN, uuid4(), "ci", frozenset(Scope) - {Scope.SELF})


@pytest.mark.parametrize("role", sorted(STAFF))
def test_an_admin_and_a_tool_with_every_right_may_make_everybody(role: Role) -> None:
    for actor in (ADMIN, WIDE_TOOL):
        check_grant(actor, role)
        check_target(actor, uuid4(), role)


@pytest.mark.parametrize("role", sorted(STAFF))
def test_a_narrow_tool_does_not_widen_itself(role: Role) -> None:
    with pytest.raises(Forbidden):
        check_grant(TOOL, role)
    with pytest.raises(Forbidden):
        check_target(TOOL, uuid4(), role)


@pytest.mark.parametrize("role", [Role.SUPPLIER, Role.COUPLE])
def test_customers_are_not_made_by_the_staff(role: Role) -> None:
    with pytest.raises(Invalid):
        check_grant(ADMIN, role)
    check_target(TOOL, uuid4(), role)  # but anybody who manages access may keep them out


def test_an_account_cannot_change_itself() -> None:
    with pytest.raises(Forbidden):
        check_target(ADMIN, ADMIN.id, Role.ADMIN)


def test_the_last_admin_cannot_be_removed() -> None:
    check_admins_left(Role.OPERATOR, other_admins=0)
    check_admins_left(Role.ADMIN, other_admins=1)
    with pytest.raises(InvalidTransition):
        check_admins_left(Role.ADMIN, other_admins=0)
