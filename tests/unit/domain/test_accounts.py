"""Rules about accounts, passwords and API tokens (S29, A41)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.accounts.accounts import (
    MIN_PASSWORD,
    Profile,
    check_password,
    check_token_expiry,
    check_token_name,
    check_token_scopes,
    new_account,
)
from domain.accounts.common_passwords import SHORTEST, is_common
from domain.actors import ROLE_SCOPES, Actor, ActorKind, Role, Scope, UserType, VendorType
from domain.errors import Forbidden, Invalid, LaunchError, Required

PATH = ("input", "password")
OPERATOR = Actor(ActorKind.USER, None, "emma", ROLE_SCOPES[Role.OPERATOR], Role.OPERATOR)
ADMIN = replace(OPERATOR, scopes=ROLE_SCOPES[Role.ADMIN], role=Role.ADMIN)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize("password", ["x" * 10, "x" * 1024, "pässwörter", "🌸" * 10, " " * 10])
def test_password_of_allowed_length_counts_characters_not_bytes(password: str) -> None:
    check_password(password, "a@b.co", PATH)


@pytest.mark.parametrize("password", ["", "x" * 9, "🌸" * 9, "x" * 1025])
def test_password_of_wrong_length_is_refused_by_field(password: str) -> None:
    with pytest.raises(Invalid, match="character") as caught:
        check_password(password, "a@b.co", PATH)
    assert caught.value.path == PATH


@pytest.mark.parametrize(
    "password",
    ["password1234", " Password1234", "PASSWORD1234!!", "1234567890", "qwertyuiop", "qwerty123456"],
)
def test_common_passwords_are_refused_by_field(password: str) -> None:
    with pytest.raises(Invalid, match="most common") as caught:
        check_password(password, "a@b.co", PATH)
    assert caught.value.path == PATH


def test_common_passwords_cover_the_minimum_length() -> None:
    assert MIN_PASSWORD >= SHORTEST
    assert not is_common("correct horse battery staple")


@pytest.mark.parametrize("password", ["sarah@example.com", " SARAH@Example.com "])
def test_password_may_not_be_the_email(password: str) -> None:
    with pytest.raises(Invalid, match="e-mail"):
        check_password(password, "Sarah@example.com", PATH)


def test_sign_up_as_admin_is_forbidden() -> None:
    with pytest.raises(Forbidden) as caught:
        new_account(UserType.ADMIN, "a@b.co", Profile())
    assert caught.value.path == ("input", "userType")


def test_profile_texts_are_trimmed() -> None:
    profile = Profile(business_name="  Sarah's Photos ", vendor_type=VendorType.PHOTOGRAPHER)
    account = new_account(UserType.SUPPLIER, " a@b.co ", profile)
    assert account.email == "a@b.co"
    assert account.profile == replace(profile, business_name="Sarah's Photos")


@pytest.mark.parametrize(
    ("user_type", "profile", "field"),
    [
        (UserType.SUPPLIER, Profile(partner1_name="Emma"), "partner1Name"),
        (UserType.COUPLE, Profile(business_name="Photos"), "businessName"),
        (UserType.COUPLE, Profile(vendor_type=VendorType.VENUE), "vendorType"),
        (UserType.SUPPLIER, Profile(business_name="   "), "businessName"),
        (UserType.COUPLE, Profile(partner2_name="x" * 201), "partner2Name"),
    ],
)
def test_profile_field_is_refused_by_name(
    user_type: UserType, profile: Profile, field: str
) -> None:
    with pytest.raises(LaunchError) as caught:
        new_account(user_type, "a@b.co", profile)
    assert caught.value.path == ("input", "profile", field)


def test_token_holds_no_more_than_its_maker() -> None:
    with pytest.raises(Forbidden, match="launch:admin") as caught:
        check_token_scopes([Scope.LAUNCH_READ, Scope.LAUNCH_ADMIN], OPERATOR)
    assert caught.value.path == ("scopes",)


def test_token_scopes_come_once_and_in_order() -> None:
    scopes = [Scope.LAUNCH_READ, Scope.FLAGS_READ, Scope.LAUNCH_READ]
    assert check_token_scopes(scopes, ADMIN) == (Scope.FLAGS_READ, Scope.LAUNCH_READ)


@pytest.mark.parametrize(
    ("scopes", "error"), [([], Required), ([Scope.SELF, Scope.FLAGS_READ], Invalid)]
)
def test_token_scopes_that_make_no_sense(scopes: list[Scope], error: type[LaunchError]) -> None:
    with pytest.raises(error):
        check_token_scopes(scopes, ADMIN)


def test_token_name_is_trimmed() -> None:
    assert check_token_name("  CI ") == "CI"


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_token_name_has_limits(name: str) -> None:
    with pytest.raises(LaunchError) as caught:
        check_token_name(name)
    assert caught.value.path == ("name",)


@pytest.mark.parametrize("until", [None, NOW + timedelta(seconds=1)])
def test_token_expires_later_or_never(until: datetime | None) -> None:
    assert check_token_expiry(until, NOW) == until


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1)])
def test_token_expiry_in_the_past_is_refused(until: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        check_token_expiry(until, NOW)
    assert caught.value.path == ("expiresAt",)
