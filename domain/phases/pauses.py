"""Who paused a phase, and why: a guard, the watchdog or a person (D3)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.actors import ActorKind, ActorRef, system_actor


class PauseAuthor(StrEnum):
    """Whose decision a pause is."""

    PERSON = "person"
    GUARD = "guard"
    WATCHDOG = "watchdog"


GUARD = system_actor("guard")
WATCHDOG = system_actor("watcher")  # a stored label: it keeps the word of the first release

_ENGINE = {GUARD.label: PauseAuthor.GUARD, WATCHDOG.label: PauseAuthor.WATCHDOG}
_PAUSED = {
    PauseAuthor.PERSON: "Paused by {actor}",
    PauseAuthor.GUARD: "Paused by a guard",
    PauseAuthor.WATCHDOG: "Paused by the watchdog",
}


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that lasts. Only a person ends it, by resuming or by rolling back."""

    author: PauseAuthor
    actor: ActorRef
    at: datetime
    reason: str | None = None

    @property
    def sentence(self) -> str:
        """Such as `Paused by a guard: errors_low: error_rate 3.1 % > 2 % in 60 s, 412 samples`."""
        author = _PAUSED[self.author].format(actor=self.actor.label)
        return f"{author}: {self.reason}" if self.reason else author


def author_of(actor: ActorRef) -> PauseAuthor:
    """Guards and the watchdog decide by themselves; every other actor carries out a person's will.

    That includes API tokens and the command line on the server.
    """
    if actor.kind is not ActorKind.SYSTEM:
        return PauseAuthor.PERSON
    return _ENGINE.get(actor.label, PauseAuthor.PERSON)


def pause_by(actor: ActorRef, at: datetime, reason: str | None) -> Pause:
    """The pause that begins now."""
    return Pause(author_of(actor), actor, at, reason)
