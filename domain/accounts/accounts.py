"""Rules about accounts, passwords and API tokens (S29, S13, A41)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime

from domain.accounts.common_passwords import is_common
from domain.actors import USER_TYPES, Actor, Role, Scope, UserType, VendorType
from domain.errors import Forbidden, Invalid, Required
from domain.platform.phones import clean_phone
from domain.platform.platforms import Platform
from domain.platform.text import clean_line, clean_name

MIN_PASSWORD = 10
MAX_PASSWORD = 1024
MAX_NAME = 200
MAX_TOKEN_NAME = 100

_CODE = re.compile(r"[\w-]{43,64}", re.ASCII)

ROLES = {
    UserType.SUPPLIER: Role.SUPPLIER,
    UserType.COUPLE: Role.COUPLE,
    UserType.ADMIN: Role.ADMIN,
}
PLATFORMS = {UserType.SUPPLIER: Platform.WEDSYNC, UserType.COUPLE: Platform.WEDME}
FIRST_STEPS = {UserType.SUPPLIER: "business_info", UserType.COUPLE: "basic_details"}


@dataclass(frozen=True, slots=True)
class Profile:
    """What suppliers and couples enter about themselves."""

    email: str | None = None
    business_name: str | None = None
    vendor_type: VendorType | None = None
    partner1_name: str | None = None
    partner2_name: str | None = None
    wedding_date: date | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A valid request for an account, checked by `new_account`."""

    user_type: UserType
    email: str
    profile: Profile


SIDES = {
    UserType.SUPPLIER: frozenset({"email", "business_name", "vendor_type", "phone"}),
    UserType.COUPLE: frozenset({"partner1_name", "partner2_name", "wedding_date", "phone"}),
}


def platform_of(role: Role) -> Platform:
    """The platform of a role: WedSync for suppliers and the staff, WedMe for couples."""
    return PLATFORMS.get(USER_TYPES[role], Platform.WEDSYNC)


def may_use_log_in_links(role: Role) -> bool:
    """True for suppliers and couples; roles that operate launches need a password (M3)."""
    return role in (Role.SUPPLIER, Role.COUPLE)


def log_in_link(base_url: str, token: str, invitation: str | None) -> str:
    """The URL in the e-mail: it leads to the log-in page, and from there to an invitation.

    An `invitation` that cannot be a code is left out, because the caller of the request chooses it.
    """
    is_code = invitation is not None and _CODE.fullmatch(invitation) is not None
    back = f"&invitation={invitation}" if is_code else ""
    return f"{base_url}/log-in-link?token={token}{back}"


def new_account(user_type: UserType, email: str, profile: Profile) -> NewAccount:
    """Check a request for an account; raises Forbidden for an admin account (S29)."""
    if user_type is UserType.ADMIN:
        raise Forbidden("Admins are made by admins.", path=("input", "userType"))
    checked = check_profile(profile, user_type, path=("input", "profile"))
    return NewAccount(user_type, email.strip(), checked)


def check_profile(profile: Profile, user_type: UserType, path: tuple[str, ...]) -> Profile:
    """Return the profile with trimmed texts; raises Invalid for a field of the other user type."""
    values = {item.name: getattr(profile, item.name) for item in fields(profile)}
    for name, value in values.items():
        if value is None:
            continue
        if name not in SIDES[user_type]:
            raise Invalid(f"A {user_type} has no such field.", path=(*path, _camel(name)))
        if name.endswith("_name"):
            values[name] = clean_name(value, MAX_NAME, (*path, _camel(name)), blank=Invalid)
        if name == "phone":
            values[name] = clean_phone(value, (*path, name))
    return Profile(**values)


def check_password(password: str, email: str, path: tuple[str, ...]) -> None:
    """Raise Invalid for a password that is too short, too long, common, or the e-mail address."""
    if len(password) < MIN_PASSWORD:
        raise Invalid(f"A password has at least {MIN_PASSWORD} characters.", path=path)
    if len(password) > MAX_PASSWORD:
        raise Invalid(f"A password has at most {MAX_PASSWORD} characters.", path=path)
    if password.strip().casefold() == email.strip().casefold():
        raise Invalid("The password may not be the e-mail address.", path=path)
    if is_common(password):
        message = "This is one of the most common passwords, which are tried first."
        raise Invalid(message, path=path)


def check_token_name(name: str) -> str:
    """Return the name of a token, trimmed."""
    return clean_line(name, MAX_TOKEN_NAME, ("name",), blank=Invalid)


def check_token_scopes(scopes: Iterable[Scope], creator: Actor) -> tuple[Scope, ...]:
    """Return the scopes in a fixed order; a token never has more than its creator (A41)."""
    distinct = set(scopes)
    if not distinct:
        raise Required("Name at least one scope.", path=("scopes",))
    if Scope.SELF in distinct:
        raise Invalid("A token is not a person: it cannot hold the scope self.", path=("scopes",))
    missing = sorted(scope.value for scope in distinct - creator.scopes)
    if missing:
        raise Forbidden(f"You do not hold {', '.join(missing)} yourself.", path=("scopes",))
    return tuple(sorted(distinct))


def check_token_expiry(
    expires_at: datetime | None, now: datetime, *, limit: datetime | None = None
) -> datetime | None:
    """Return when a token expires; None is never.

    `limit` is the expiry of the creating token (SEC10). Raises Invalid for a moment that has passed
    or lies after `limit`.
    """
    if expires_at is None:
        return limit
    if expires_at <= now:
        raise Invalid("A token must expire in the future.", path=("expiresAt",))
    if limit is not None and expires_at > limit:
        raise Invalid(
            f"A token ends no later than the one that makes it: {limit.isoformat()}.",
            path=("expiresAt",),
        )
    return expires_at


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)
