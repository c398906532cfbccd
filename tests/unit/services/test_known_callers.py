"""Callers that are let in without asking the database, and for how long (SPEC A3, A49)."""

from datetime import timedelta
from uuid import UUID, uuid4

from domain.actors import Actor, ActorKind
from services.known_callers import FRESH, KEPT, MOST, KnownCallers
from tests.clock import Clock

SECRET = "wsl_one"


def token(**fields: object) -> Actor:
    return Actor(ActorKind.TOKEN, uuid4(), "a tool", **fields)  # type: ignore[arg-type] # by name


def test_a_caller_is_fresh_for_seconds_and_known_for_longer() -> None:
    clock, actor = Clock(), token()
    known = KnownCallers(clock)
    known.remember(SECRET, actor)
    assert known.fresh(SECRET) == known.last(SECRET) == actor
    clock.advance(FRESH.total_seconds() + 1)
    assert (known.fresh(SECRET), known.last(SECRET)) == (None, actor)
    clock.advance(KEPT.total_seconds())
    assert known.last(SECRET) is None


def test_nobody_is_known_by_another_credential() -> None:
    known = KnownCallers(Clock())
    known.remember(SECRET, token())
    assert known.last("wsl_other") is None


def test_access_that_has_expired_is_not_prolonged() -> None:
    clock = Clock()
    known = KnownCallers(clock)
    known.remember(SECRET, token(expires_at=clock() + timedelta(seconds=2)))
    clock.advance(2)
    assert known.fresh(SECRET) is None


def test_whoever_is_revoked_is_forgotten() -> None:
    actor, other = token(), token()
    known = KnownCallers(Clock())
    known.remember(SECRET, actor)
    known.remember("wsl_other", other)
    known.forget(actor.id)
    assert (known.last(SECRET), known.last("wsl_other")) == (None, other)
    known.forget(None)
    assert known.last("wsl_other") is None


def test_so_many_are_remembered_and_no_more() -> None:
    known, actor = KnownCallers(Clock()), token(session_id=None)
    for number in range(MOST + 1):
        known.remember(str(UUID(int=number)), actor)
    assert known.last(str(UUID(int=0))) is None
    assert known.last(str(UUID(int=1))) == actor
