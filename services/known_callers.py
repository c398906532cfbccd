"""Whose a credential is, remembered: flags are served with the database down too (SPEC A3)."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from domain.actors import Actor
from services.credentials import digest

FRESH = timedelta(seconds=10)  # so long nobody asks the database again
KEPT = timedelta(hours=1)  # so long a caller is let in that the database cannot be asked about
MOST = 10_000


class KnownCallers:
    """One for each process. Revocations are heard through the event log, so they hold at once."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Nobody is known yet."""
        self._clock = clock
        self._found: OrderedDict[bytes, tuple[Actor, datetime]] = OrderedDict()

    def fresh(self, credential: str) -> Actor | None:
        """Who it is, where the database said so a moment ago."""
        return self._within(credential, FRESH)

    def last(self, credential: str) -> Actor | None:
        """Who it was when the database was last asked; for when it cannot be."""
        return self._within(credential, KEPT)

    def remember(self, credential: str, actor: Actor) -> None:
        """The database has just said so."""
        self._found[digest(credential)] = (actor, self._clock())
        self._found.move_to_end(digest(credential))
        while len(self._found) > MOST:
            self._found.popitem(last=False)

    def forget(self, credential_id: UUID | None) -> None:
        """A session or token was revoked; None: any may have been."""
        for key, (actor, _) in list(self._found.items()):
            if credential_id is None or actor.credential_id == credential_id:
                del self._found[key]

    def _within(self, credential: str, age: timedelta) -> Actor | None:
        actor, at = self._found.get(digest(credential), (None, None))
        if actor is None or at is None:
            return None
        now = self._clock()
        ended = actor.expires_at is not None and actor.expires_at <= now
        return None if ended or now - at > age else actor
