"""A plan that no longer holds says what changed (L24)."""

import pytest

from domain.phases.plan_drift import drift, fingerprint

PLAN = {"phase": 3, "mvp_chat": (1, 2), "mvp_maps": (3, 4)}


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        (PLAN, []),
        ({**PLAN, "phase": 4}, ["phase"]),
        ({**PLAN, "mvp_chat": (1, 3), "mvp_maps": 0}, ["mvp_chat", "mvp_maps"]),
        ({**PLAN, "mvp_new": 0}, ["mvp_new"]),
        ({"phase": 3, "mvp_chat": (1, 2)}, ["a removed flag"]),
    ],
)
def test_changed_parts_are_named(now: dict[str, object], changed: list[str]) -> None:
    seen = fingerprint(PLAN)
    assert drift(seen, now) == changed
    assert (fingerprint(now) == seen) is (changed == [])


@pytest.mark.parametrize("seen", ["", "x", "0" * 32, f"{'0' * 32}.!", f"{'0' * 32}.AAAA"])
def test_a_fingerprint_of_somebody_else_says_nothing(seen: str) -> None:
    assert drift(seen, PLAN) is None


def test_200_flags_fit_into_a_line() -> None:
    parts = {f"mvp_flag_{number}": number for number in range(200)}
    assert len(fingerprint(parts)) < 2_000
