"""Row-level scope: which rows an actor may see or change, own ones or all by scope (A53)."""

from dataclasses import dataclass
from uuid import UUID

from domain.actors import Actor, Scope
from domain.errors import Forbidden
from domain.ids import CoupleId, SupplierId, UserId


@dataclass(frozen=True, slots=True)
class PartnershipScope:
    """Which partnerships a list shows: of a supplier, of a couple; None is any."""

    supplier_id: UUID | None
    couple_id: UUID | None
    active_only: bool = False


@dataclass(frozen=True, slots=True)
class RowScope:
    """The rows that a caller reaches: all, or those of its user, supplier and couple."""

    reaches_all: bool
    user_id: UserId | None = None
    supplier_id: SupplierId | None = None
    couple_id: CoupleId | None = None

    def reaches_user(self, key: UUID) -> bool:
        """True if the caller reaches rows that belong to this user alone."""
        return self.reaches_all or (self.user_id is not None and key == self.user_id)

    def reaches_supplier(self, key: UUID) -> bool:
        """True if the caller reaches rows that belong to this supplier alone."""
        return self.reaches_all or (self.supplier_id is not None and key == self.supplier_id)

    def reaches_couple(self, key: UUID) -> bool:
        """True if the caller reaches rows that belong to this couple alone."""
        return self.reaches_all or (self.couple_id is not None and key == self.couple_id)

    def sees_partnership(self, supplier_id: UUID, couple_id: UUID, *, is_active: bool) -> bool:
        """Whether a partnership is within reach.

        A couple keeps one that has ended, as ended; its supplier does not, because it leads to
        what the couple has done since (SEC11).
        """
        return self.reaches_couple(couple_id) or (is_active and self.reaches_supplier(supplier_id))

    def partnerships_of_supplier(self, key: UUID) -> PartnershipScope | None:
        """Which of a supplier's partnerships are shown: to a couple, only their own."""
        if self.reaches_supplier(key):
            return PartnershipScope(key, None, active_only=not self.reaches_all)
        return PartnershipScope(key, self.couple_id) if self.couple_id else None

    def partnerships_of_couple(self, key: UUID) -> PartnershipScope | None:
        """Which of a couple's partnerships are shown: to a supplier, only its own active one."""
        if self.reaches_couple(key):
            return PartnershipScope(None, key)
        return PartnershipScope(self.supplier_id, key, True) if self.supplier_id else None

    def one_supplier(self) -> SupplierId | None:
        """The supplier to which queries are restricted; None: no restriction.

        Raises Forbidden for callers without a supplier.
        """
        if self.reaches_all:
            return None
        if self.supplier_id is None:
            raise Forbidden("Only suppliers have clients.")
        return self.supplier_id


def readable(actor: Actor) -> RowScope:
    """Return the rows that an actor may see."""
    return _row_scope(actor, Scope.DIRECTORY_READ)


def writable(actor: Actor) -> RowScope:
    """Return the rows that an actor may change: DIRECTORY_WRITE acts for any supplier."""
    return _row_scope(actor, Scope.DIRECTORY_WRITE)


def _row_scope(actor: Actor, scope: Scope) -> RowScope:
    return RowScope(actor.allows((scope,)), actor.user_id, actor.supplier_id, actor.couple_id)
