"""Looks up the holder of a credential (S30, A41, A49)."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db.models.accounts import ApiToken, Session
from db.queries import credentials as queries
from db.session import Database
from domain.actors import ROLE_SCOPES, Actor, ActorKind, Role, Scope
from domain.errors import DependencyDown
from domain.ids import CoupleId, SessionId, SupplierId
from services.platform.credentials import API_TOKEN_PREFIX, digest, plausible

logger = logging.getLogger(__name__)

TOUCH_EVERY = timedelta(minutes=1)
_SCOPES = {scope.value: scope for scope in Scope}


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a credential. `owner` is the user without whom it is not valid."""

    actor: Actor
    owner: UUID | None

    @property
    def names(self) -> frozenset[UUID]:
        """The ids whose revocation ends it: the credential and its owner."""
        return frozenset(key for key in (self.actor.credential_id, self.owner) if key)


async def look_up(db: Database, credential: str, now: datetime) -> Holder | None:
    """Return the holder of a session or an API token; None for an unknown or ended one.

    One statement. Raises DependencyDown where the database does not answer.
    """
    if not plausible(credential):
        return None
    if credential.startswith(API_TOKEN_PREFIX):
        return await _by_token(db, credential, now)
    return await _by_session(db, credential, now)


async def _by_session(db: Database, credential: str, now: datetime) -> Holder | None:
    async with db.read() as session:
        by_hash = Session.token_hash == digest(credential)
        row = await queries.live_session(session, by_hash, now)
    if row is None:
        return None
    key, expires_at, user_id, email, role, supplier_id, vendor_type, couple_id = row
    actor = Actor(
        ActorKind.USER,
        user_id,
        email,
        ROLE_SCOPES[role],
        role,
        SessionId(key),
        vendor_type=vendor_type,
        supplier_id=SupplierId(supplier_id) if supplier_id else None,
        couple_id=CoupleId(couple_id) if couple_id else None,
        expires_at=expires_at,
    )
    return Holder(actor, user_id)


async def _by_token(db: Database, credential: str, now: datetime) -> Holder | None:
    async with db.read() as session:
        by_hash = ApiToken.token_hash == digest(credential)
        match = await queries.live_token(session, by_hash, now)
    if match is None:
        return None
    row, creator = match
    await _touch(db, row, now)
    scopes = _token_scopes(row, creator)
    actor = Actor(ActorKind.TOKEN, row.id, row.name, scopes, expires_at=row.expires_at)
    return Holder(actor, row.created_by)


def _token_scopes(row: ApiToken, creator: Role | None) -> frozenset[Scope]:
    """Return the scopes of the token that its creator still has."""
    scopes = frozenset(_SCOPES[name] for name in row.scopes if name in _SCOPES)
    return scopes if creator is None else scopes & ROLE_SCOPES[creator]


async def _touch(db: Database, row: ApiToken, now: datetime) -> None:
    if row.last_used_at is not None and now - row.last_used_at < TOUCH_EVERY:
        return
    try:
        async with db.write() as uow:
            await queries.touch_token(uow.session, row.id, now, before=now - TOUCH_EVERY)
    except DependencyDown:
        logger.warning("access: the last use of an API token could not be stored")
