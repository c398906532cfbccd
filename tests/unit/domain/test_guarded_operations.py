"""The registry of guarded operations (D8, M1)."""

from dataclasses import replace

import pytest

from domain.actors import UserType
from domain.flags.flags import EvaluationContext, evaluate, groups_of
from domain.flags.guarded_operations import (
    OPERATIONS,
    FeatureAvailability,
    admits_somebody,
    all_flags,
    availability,
    coverage,
    guards_of,
    guards_of_call,
)
from tests.unit.domain.builders import make_flag

PAUSED, NOT_YET = FeatureAvailability.PAUSED, FeatureAvailability.NOT_YET


def test_a_flag_says_what_it_guards() -> None:
    assert guards_of("mvp_client_management") == [
        "mutation addClient (supplier)",
        "mutation updateClient (supplier)",
        "mutation importClients (supplier)",
        "page /clients (supplier)",
    ]
    assert guards_of("onboarding_first_client") == ["step first_client (supplier)"]
    assert guards_of("mvp_test_feature") == []


@pytest.mark.parametrize(
    ("name", "step", "side", "flags"),
    [
        ("signUp", None, UserType.SUPPLIER, ["mvp_supplier_signup"]),
        ("signUp", None, UserType.COUPLE, ["mvp_direct_connections"]),
        ("signUp", None, None, []),
        ("acceptInvitation", None, UserType.COUPLE, ["mvp_invitation_accept"]),
        ("updateProfile", None, UserType.ADMIN, []),
        ("completeOnboardingStep", "business_info", UserType.SUPPLIER,
         ["mvp_supplier_onboarding", "mvp_step_business_info"]),
        ("completeOnboardingStep", "business_info", UserType.COUPLE, ["mvp_couple_onboarding"]),
    ],
)  # fmt: skip
def test_the_guards_of_a_call_are_listed(
    name: str, step: str | None, side: UserType | None, flags: list[str]
) -> None:
    assert [item.flags[0] for item in guards_of_call(name, step, side)] == flags


@pytest.mark.parametrize(
    "name",
    [
        "revokeInvitation", "declineInvitation", "openInvitation", "deleteMyAccount", "logOut",
        "setNudges", "dismissNudge", "logIn", "resetPassword", "rollbackLaunchPhase",
    ],
)  # fmt: skip
@pytest.mark.parametrize("side", UserType)
def test_operations_that_clean_up_are_never_guarded(name: str, side: UserType) -> None:
    assert guards_of_call(name, None, side) == []


@pytest.mark.parametrize(
    ("enabled", "percentage", "killed", "has_been_on", "state"),
    [
        (False, 0, False, False, NOT_YET),  # made, and never switched on
        (False, 0, False, True, PAUSED),  # rolled back
        (False, 100, False, True, PAUSED),  # switched off
        (True, 0, False, True, PAUSED),  # on for nobody
        (True, 5, False, True, NOT_YET),  # on, but not for whoever asks
        (True, 100, True, True, PAUSED),  # killed
        (False, 0, True, False, PAUSED),  # killed before it began
    ],
)
def test_why_a_feature_is_closed(
    enabled: bool, percentage: float, killed: bool, has_been_on: bool, state: FeatureAvailability
) -> None:
    flag = replace(make_flag("mvp_chat", percentage=percentage), enabled=enabled)
    assert availability(flag, killed=killed, has_been_on=has_been_on) is state


def test_a_killed_flag_need_not_exist() -> None:
    assert availability(None, killed=True, has_been_on=False) is PAUSED


@pytest.mark.parametrize(("percentage", "admitted"), [(0, False), (5, True), (100, True)])
def test_a_visitor_may_try_where_somebody_gets_in(percentage: float, admitted: bool) -> None:
    flag = make_flag("mvp_chat", percentage=percentage)
    seen = evaluate(flag, EvaluationContext(groups=groups_of(UserType.SUPPLIER)))
    assert admits_somebody([seen]) is admitted


def test_operations_without_a_flag_are_listed() -> None:
    """M1: none at all is a choice, some of them are forgotten."""
    nothing = coverage([])
    assert (nothing.ok, "mutation signUp (supplier) (mvp_supplier_signup)" in nothing.detail) == (
        True, True,
    )  # fmt: skip
    everything = coverage([item.flags[0] for item in OPERATIONS])
    assert (everything.ok, everything.detail) == (True, "all have a flag")
    one_less = coverage(all_flags() - {"mvp_supplier_signup"})
    assert one_less.ok is False
    assert one_less.detail.endswith(": mutation signUp (supplier) (mvp_supplier_signup)")
    assert coverage(["onboarding_first_client"]).ok is False  # former names count
