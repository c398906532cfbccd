"""Look-ups and checks of what an incident refers to: flags, phases, people (S6)."""

from collections.abc import Sequence
from uuid import UUID

from db.models.accounts import User
from db.models.incidents import LaunchIncident
from db.queries import accounts, flags, phases
from db.queries import incidents as queries
from db.session import UnitOfWork
from domain.actors import STAFF
from domain.errors import Invalid, NotFound
from services.platform.texts import check_text

_MAX_FEATURES = 100


async def lock_incident(
    uow: UnitOfWork, incident_id: UUID, path: Sequence[str] = ("id",)
) -> LaunchIncident:
    """Lock the incident to change; raises NotFound."""
    row = await queries.lock(uow.session, incident_id)
    uow.refresh_now()
    if row is None:
        raise NotFound("There is no such incident.", path=path)
    return row


def check_note(note: str | None, *, argument: bool = True) -> None:
    """Check the note of a change; raises Invalid."""
    check_text(note, "note", 2_000, argument=argument)


async def check_features(uow: UnitOfWork, keys: Sequence[str]) -> list[str]:
    """Return the keys without repeats; raises NotFound for a flag that does not exist."""
    path = ("input", "affectedFeatures")
    if len(keys) > _MAX_FEATURES:
        raise Invalid(f"At most {_MAX_FEATURES} features.", path=path)
    existing = await flags.by_key(uow.session, list(keys)) if keys else {}
    missing = [key for key in keys if key not in existing]
    if missing:
        raise NotFound(f"There is no flag {missing[0][:100]!r}.", path=path)
    return list(dict.fromkeys(keys))


async def check_phase(uow: UnitOfWork, phase_id: UUID | None) -> None:
    """Raise NotFound for a phase that does not exist."""
    if phase_id is not None and not await phases.by_id(uow.session, [phase_id]):
        raise NotFound("There is no such phase.", path=("input", "phaseId"))


async def check_assignee(uow: UnitOfWork, user_id: UUID) -> User:
    """Return an enabled member of the launch team; raises NotFound for anybody else."""
    user = (await accounts.users_by_id(uow.session, [user_id])).get(user_id)
    if user is None or user.role not in STAFF or user.disabled_at is not None:
        path = ("input", "assigneeId")
        raise NotFound("There is nobody of the launch team with this id.", path=path)
    return user
