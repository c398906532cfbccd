"""`launch demo --traffic`: simulated users of a running server, on a demo launch of its own."""

from collections.abc import AsyncIterator

import pytest

from db.session import Database
from settings import Settings
from tests.support.command import Launch, wait_until_ready
from tests.support.demo_launch import demo_launch, log_in

OPEN_FOR_PEOPLE = (
    "mvp_supplier_signup", "mvp_supplier_onboarding", "mvp_step_business_info",
    "mvp_client_management", "mvp_client_invitations", "mvp_invitation_accept",
    "mvp_direct_connections", "mvp_couple_onboarding", "mvp_onboarding_assistance",
)  # fmt: skip


@pytest.fixture
async def launch(database: Database, settings: Settings) -> AsyncIterator[Launch]:
    """Commands of an operator, where no phase has been active and only known documents run.

    All users come from one address, and on a busy machine those of the first seconds are cut off
    with their sign-ups, of which an address has 20 an hour.
    """
    limits = {"SIGN_UPS_PER_HOUR": "1000", "TRUSTED_DOCUMENTS_ONLY": "true"}
    async with demo_launch(database, settings, **limits) as launch:
        with launch.running("serve"):
            wait_until_ready(launch.env["LAUNCH_URL"])
            log_in(launch)
            yield launch


def test_the_traffic_command_creates_users(launch: Launch) -> None:
    shut = launch.json("demo", "--traffic", "--minutes", "0.05", "--per-minute", "600")
    assert (shut["suppliers"], shut["errors"]) == (0, 0)  # M1: the flags are off
    assert shut["closed"] > 0
    for key in OPEN_FOR_PEOPLE:
        launch("flags", "toggle", key, "on")
    # On a busy machine nobody gets there in three seconds; a flood is held back for a minute.
    for minutes, rate in (("0.05", "600"), ("0.5", "60"), ("2", "60")):
        summary = launch.json("demo", "--traffic", "--minutes", minutes, "--per-minute", rate)
        if summary["suppliers"]:
            break
    assert summary["visits"] > summary["suppliers"] > 0
    assert summary["errors"] == 0
