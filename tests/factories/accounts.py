"""Accounts and the parts that authenticate them."""

from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher
from redis.asyncio import Redis

from db.models.accounts import User
from db.session import Database
from domain.accounts.accounts import Profile
from domain.actors import ROLE_SCOPES, Actor, ActorKind, Role, UserType
from domain.platform.rate_limits import AccessLimits
from services.accounts.authentication import look_up
from services.accounts.login_throttle import Device, LoginThrottle
from services.accounts.sessions import OpenSession
from services.accounts.sign_up import SignUp, sign_up
from services.platform.passwords import Passwords
from services.platform.rate_limits import RateLimiter
from settings import Settings
from tests.support.graphql import GraphQLClient

PASSWORD = "correct horse battery"
EMAIL = "Sarah@Example.com"
EXPORT = "{ exportMyData }"
DELETE = "mutation { deleteMyAccount { deleted errors { code message } } }"


async def email_of(client: GraphQLClient) -> str:
    """Return the address of an account."""
    return str((await client.data("{ viewer { email } }"))["viewer"]["email"])


def fast_passwords() -> Passwords:
    """Build a real argon2id hasher with minimal cost."""
    return Passwords(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class RecordingPasswords(Passwords):
    """Records the hashes it verified; None is the dummy hash of an unknown account."""

    def __init__(self) -> None:
        super().__init__(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.verified: list[str | None] = []

    async def verify(self, password_hash: str | None, password: str) -> bool:
        self.verified.append(password_hash)
        return await super().verify(password_hash, password)


@dataclass
class RecordedSleeps:
    """Replaces sleep: takes no time and records the durations."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def make_login_throttle(
    db: Database,
    redis: Redis,
    settings: Settings,
    *,
    ip: str = "192.0.2.1",
    rules: AccessLimits | None = None,
    passwords: Passwords | None = None,
) -> LoginThrottle:
    """Build the login throttle of a visitor."""
    return LoginThrottle(
        db=db,
        passwords=passwords or fast_passwords(),
        limits=RateLimiter(redis, rules=rules),
        settings=settings,
        device=Device(ip, "tests"),
        pause=RecordedSleeps(),
    )


def sign_up_request(
    *,
    email: str = EMAIL,
    password: str = PASSWORD,
    user_type: UserType = UserType.SUPPLIER,
    profile: Profile | None = None,
) -> SignUp:
    """Build a sign-up request."""
    return SignUp(user_type, email, password, profile or Profile())


async def register_account(
    throttle: LoginThrottle, email: str = EMAIL, user_type: UserType = UserType.SUPPLIER
) -> OpenSession:
    """Sign up and return the new session."""
    return await sign_up(throttle, sign_up_request(email=email, user_type=user_type))


async def add_user(db: Database, role: Role = Role.ADMIN, email: str = "david@wedsync.com") -> User:
    """Insert an account without a password."""
    async with db.write() as uow:
        user = User(email=email, role=role)
        uow.session.add(user)
    return user


def actor_of(user: User) -> Actor:
    """Return the actor of an account, without a session."""
    return Actor(ActorKind.USER, user.id, user.email, ROLE_SCOPES[user.role], user.role)


async def authenticate(db: Database, credential: str, now: datetime) -> Actor | None:
    """Return the holder of a credential, read from the database."""
    holder = await look_up(db, credential, now)
    return holder.actor if holder else None
