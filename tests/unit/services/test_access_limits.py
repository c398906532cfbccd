"""What an installation sets of its limits holds for all that depends on it."""

import pytest

from domain.platform.rate_limits import AccessLimits
from services.platform.rate_limits import limits_of
from settings import Settings


@pytest.mark.parametrize("sign_ups", [1, 20, 100_000])
def test_attempts_follow_the_sign_up_limit(sign_ups: int) -> None:
    """Attempts stayed at 100 an hour, whatever SIGN_UPS_PER_HOUR said."""
    limits = limits_of(Settings(_env_file=None, sign_ups_per_hour=sign_ups))
    assert limits.sign_up_address.count == sign_ups
    assert limits.sign_up_attempts.count == 5 * sign_ups


def test_the_shipped_setting_gives_the_shipped_limits() -> None:
    assert limits_of(Settings(_env_file=None)) == AccessLimits()
