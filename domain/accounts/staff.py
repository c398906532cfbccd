"""Who may create, change and disable accounts of the staff (A53)."""

from domain.actors import ROLE_SCOPES, STAFF, Actor, Role, Scope
from domain.errors import Forbidden, Invalid, InvalidTransition

LAST_ADMIN = "This is the last admin: make another one first."


def check_grant(actor: Actor, role: Role) -> None:
    """Raise Invalid for a role outside the staff, Forbidden for a role above the actor's."""
    if role not in STAFF:
        raise Invalid("Suppliers and couples sign up by themselves.", path=("role",))
    if not _covers(actor, role):
        raise Forbidden(f"You do not hold every right of a {role} yourself.", path=("role",))


def check_target(actor: Actor, user_id: object, role: Role) -> None:
    """Raise Forbidden for one's own account and for accounts with more rights."""
    if actor.user_id == user_id:
        raise Forbidden("Ask another admin to change your own account.", path=("id",))
    if not _covers(actor, role):
        raise Forbidden(f"You do not hold every right of a {role} yourself.", path=("id",))


def check_admins_left(role: Role, *, other_admins: int) -> None:
    """Raise InvalidTransition if the last active admin would lose the role."""
    if role is Role.ADMIN and other_admins == 0:
        raise InvalidTransition(LAST_ADMIN)


def may_invite(actor: Actor, role: Role) -> bool:
    """Whether the actor of a past invitation into a role could send it now."""
    return Scope.TOKENS_ADMIN in actor.scopes and _covers(actor, role)


def is_pending(role: Role, password_hash: str | None) -> bool:
    """True for a member of the staff who was invited and has not chosen a password yet."""
    return role in STAFF and password_hash is None


def _covers(actor: Actor, role: Role) -> bool:
    # A tool is no person and cannot hold `self`; that right is over one's own account only.
    return ROLE_SCOPES[role] - {Scope.SELF} <= actor.scopes
