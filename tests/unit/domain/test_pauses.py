"""Whose decision a pause is (D3)."""

from datetime import UTC, datetime

import pytest

from domain.actors import Actor, ActorKind, system_actor
from domain.phases.pauses import GUARD, WATCHDOG, PauseAuthor, author_of, pause_by

AT = datetime(2026, 11, 30, tzinfo=UTC)
ADMIN = Actor(ActorKind.USER, None, "admin@wedsync.com")
LIKE_A_GUARD = Actor(ActorKind.TOKEN, None, "guard")


@pytest.mark.parametrize(
    ("actor", "author"),
    [
        (ADMIN, PauseAuthor.PERSON),
        (LIKE_A_GUARD, PauseAuthor.PERSON),
        (system_actor("command line"), PauseAuthor.PERSON),
        (GUARD, PauseAuthor.GUARD),
        (WATCHDOG, PauseAuthor.WATCHDOG),
    ],
)
def test_the_author_follows_from_the_actor(actor: Actor, author: PauseAuthor) -> None:
    assert author_of(actor.ref) is author


def test_a_pause_names_its_author_and_reason() -> None:
    assert pause_by(ADMIN.ref, AT, None).sentence == "Paused by admin@wedsync.com"
    pause = pause_by(GUARD.ref, AT, "errors_low: error_rate 5 % > 2 %")
    assert pause.sentence == "Paused by a guard: errors_low: error_rate 5 % > 2 %"
