"""The limits of one caller: those that the day raises let it work, the others still refuse."""

import asyncio
from collections import Counter

from tests.launch_day.api import Failed
from tests.launch_day.day import Day
from tests.launch_day.lines import agree
from tests.launch_day.operator import LOG_IN
from tests.launch_day.site import RAISED

_TRIES, _ALLOWED = 14, 10  # log-ins to one account from one address in a minute
_GUESSER, _OTHER = "198.51.100.7", "198.51.100.8"


async def check_limits(day: Day) -> None:
    """Somebody guesses a password; somebody else logs in meanwhile."""
    tries = [_guess(day, _GUESSER) for _ in range(_TRIES)]
    outcomes = Counter(await asyncio.gather(*tries))
    other = await _guess(day, _OTHER)
    refused = outcomes["RATE_LIMITED"]
    # The bucket refills while a slow machine works on the tries.
    holds = 0 < refused <= _TRIES - _ALLOWED and other != "RATE_LIMITED"
    seen = f"{refused} of {_TRIES} guesses refused, of another address none"
    claimed = f"{_ALLOWED} a minute for one address"
    day.limits.append(agree("limits", "guesses of a password", seen, claimed, holds=holds))


def sign_ups(day: Day) -> None:
    """All people sit behind one address: with the shipped limit 20 an hour would come in."""
    calls = [call for call in day.api.calls if call.name == "SignUp"]
    done = sum(call.done for call in calls)
    refused = sum("RATE_LIMITED" in call.codes for call in calls)
    raised = RAISED["SIGN_UPS_PER_HOUR"]
    day.limits.append(
        agree(
            "limits",
            "sign-ups from one address",
            f"{done} done, {refused} refused",
            f"SIGN_UPS_PER_HOUR={raised}",
            holds=refused == 0,
        )
    )


async def _guess(day: Day, address: str) -> str:
    try:
        await day.api.ask(LOG_IN, address=address, email="nobody@wedsync.app", password="guess it")
    except Failed as failed:
        return failed.codes[0] if failed.codes else "no answer"
    return "let in"
