"""How often something may be done: a bucket that refills evenly (S30)."""

from dataclasses import dataclass

SECOND = 1_000_000  # everything here counts in microseconds: integers that a Lua number holds
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` at once, refilled evenly within `per_seconds`."""

    count: int
    per_seconds: float


ATTEMPTS_PER_SIGN_UP = 5


@dataclass(frozen=True, slots=True)
class AccessLimits:
    """What keeps guessing slow without locking out anybody who is not guessing."""

    log_in_account_and_address: Limit = Limit(10, 60)
    log_in_address: Limit = Limit(100, 60)
    # Strangers can fill this one for anybody: past it attempts are slowed down, never refused.
    log_in_account: Limit = Limit(50, 900)
    sign_up_address: Limit = Limit(20, HOUR)  # the number is a setting
    # Also those whose password is refused at once.
    sign_up_attempts: Limit = Limit(20 * ATTEMPTS_PER_SIGN_UP, HOUR)
    sign_up_notice: Limit = Limit(1, 86400)
    reset_account: Limit = Limit(5, 3600)
    reset_address: Limit = Limit(30, 3600)
    log_in_link_account: Limit = Limit(5, 3600)
    log_in_link_address: Limit = Limit(30, 3600)
    change_password: Limit = Limit(10, 60)
    invitation_address: Limit = Limit(120, 60)  # reads of codes, opens, declines and acceptances
    evaluation: Limit = Limit(6_000, 60)  # by credential or address, over OFREP


def take(full_at: int, now: int, limit: int, per: int) -> tuple[int, int]:
    """One token of a bucket that is full again at `full_at`: the new `full_at` and the wait.

    All in microseconds. A wait above 0 means refused, and `full_at` stays. The script in
    `services/platform/rate_limits.py` is the same rule inside Redis.
    """
    step = per // limit
    after = max(full_at, now) + step
    wait = after - now - per
    return (full_at, wait) if wait > 0 else (after, 0)
