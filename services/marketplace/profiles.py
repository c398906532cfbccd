"""Saves the profiles of suppliers and couples (S34, S39)."""

from collections.abc import Mapping
from dataclasses import dataclass

from db.drafts import Audit
from db.models.accounts import User
from db.models.couples import Couple
from db.models.suppliers import Supplier
from db.queries import accounts, couples, suppliers
from db.session import UnitOfWork
from db.unique import unique
from domain.accounts import profiles as rules
from domain.actors import USER_TYPES, Actor, UserType
from domain.errors import Forbidden, NotUnique
from domain.events.marketplace import ProfileChanged
from domain.ids import CoupleId, UserId
from domain.marketplace.clients import date_warnings
from services.journeys import onboarding


@dataclass(frozen=True, slots=True)
class ProfileResult:
    """The account, with warnings about its profile."""

    user: User
    warnings: list[str]


async def update(uow: UnitOfWork, actor: Actor, fields: Mapping[str, object]) -> ProfileResult:
    """Save the provided fields; raises Invalid, Required, NotUnique or Forbidden.

    Completes the step of the onboarding that asks for them.
    """
    kind = USER_TYPES[actor.role] if actor.role else UserType.ADMIN
    if actor.user_id is None or kind is UserType.ADMIN:
        raise Forbidden("Only suppliers and couples have a profile.")
    patch = rules.check_patch(fields, kind)
    lock = suppliers.lock_of_user if kind is UserType.SUPPLIER else couples.lock_of_user
    row = await lock(uow.session, actor.user_id)
    assert row is not None  # made with the account
    changed = await _apply(uow, row, patch)
    if changed:
        _record(uow, actor, actor.user_id, row, changed)
        await _refresh(uow, actor, actor.user_id, row)
    user = (await accounts.users_by_id(uow.session, [actor.user_id]))[actor.user_id]
    warnings = date_warnings(row.wedding_date, uow.now) if isinstance(row, Couple) else []
    return ProfileResult(user, warnings)


async def _refresh(uow: UnitOfWork, actor: Actor, user_id: UserId, row: Supplier | Couple) -> None:
    if isinstance(row, Couple):
        await onboarding.refresh_couple(uow, actor, row.id)
    else:
        await onboarding.refresh(uow, actor, user_id)


async def _apply(
    uow: UnitOfWork, row: Supplier | Couple, patch: Mapping[str, object]
) -> tuple[str, ...]:
    changed = tuple(name for name, value in patch.items() if getattr(row, name) != value)
    taken = NotUnique("Another supplier has this e-mail.", path=("input", "email"))
    async with unique(uow.session, taken):
        for name in changed:
            setattr(row, name, patch[name])
    return changed


def _record(
    uow: UnitOfWork,
    actor: Actor,
    user_id: UserId,
    row: Supplier | Couple,
    changed: tuple[str, ...],
) -> None:
    # Names of fields only: the audit is never erased, but personal data must be erasable.
    audit = Audit(user_id, after={"fields": list(changed)})
    couple_id = CoupleId(row.id) if isinstance(row, Couple) else None
    event = ProfileChanged(user_id=user_id, fields=changed, couple_id=couple_id)
    uow.record(actor, event, audit)
