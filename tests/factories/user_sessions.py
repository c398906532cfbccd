"""Users with an open session."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from db.models.accounts import Session, User
from db.models.couples import Couple
from db.models.onboarding import OnboardingProgress
from db.models.suppliers import Supplier
from db.session import Database, UnitOfWork
from domain.actors import Role, VendorType
from domain.journeys.onboarding import OnboardingSide, next_step
from services.platform.credentials import digest, new_secret


async def create_session(
    db: Database, role: Role, *, vendor_type: VendorType = VendorType.PHOTOGRAPHER
) -> str:
    """Create a user with a session and return the token."""
    async with db.write() as uow:
        return await open_session(uow, role, vendor_type)


async def open_session(
    uow: UnitOfWork, role: Role, vendor_type: VendorType = VendorType.PHOTOGRAPHER
) -> str:
    """Create a user with a session in a unit of work and return the token."""
    token = new_secret()
    user = User(email=f"{role}-{uuid4().hex[:8]}@wedsync.com", role=role)
    uow.session.add(user)
    await uow.session.flush()
    uow.session.add(
        Session(
            user_id=user.id,
            token_hash=digest(token),
            expires_at=uow.now + timedelta(days=1),
        )
    )
    if role is Role.SUPPLIER:
        uow.session.add(Supplier(user_id=user.id, email=user.email, vendor_type=vendor_type))
    if role is Role.COUPLE:
        uow.session.add(Couple(user_id=user.id))
    if role in (Role.SUPPLIER, Role.COUPLE):
        side = OnboardingSide(role.value)
        progress = OnboardingProgress(
            user_id=user.id,
            user_type=side,
            current_step=next_step(side, ()),
            last_activity_at=uow.now,
        )
        uow.session.add(progress)
    return token


async def newest_user(db: Database) -> UUID:
    """Return the user of the newest session."""
    async with db.read() as session:
        user_id = await session.scalar(select(User.id).order_by(User.created_at.desc()).limit(1))
    assert user_id is not None
    return user_id
