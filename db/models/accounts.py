"""People, their sessions and tokens, and what they tried (S13, S14)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, Timestamps, UuidKey, enum_column, reference
from domain.actors import Role, UserType


class User(Timestamps, Base):
    """A person who can log in. `password_hash` is null until a password was chosen."""

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_email", text("lower(email)"), unique=True),
        CheckConstraint("email = btrim(email) AND email <> ''", name="email"),
    )

    id: Mapped[UuidKey]
    email: Mapped[str]
    password_hash: Mapped[str | None]
    role: Mapped[Role] = mapped_column(enum_column(Role))
    email_verified_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]


class Session(Base):
    """One login. Only the SHA-256 of its token is kept."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(reference("users"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    ip: Mapped[str | None]
    user_agent: Mapped[str | None]


class ApiToken(Base):
    """A tool's key. Only the SHA-256 of its secret is kept; `prefix` is what people recognise.

    `ancestors`: the tokens that it was made with, all the way up; it ends with the first of them.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (Index(None, "created_by"),)

    id: Mapped[UuidKey]
    name: Mapped[str]
    prefix: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    created_by: Mapped[UUID | None] = mapped_column(reference("users", ondelete="SET NULL"))
    ancestors: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=text("'{}'"))
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class PasswordReset(Base):
    """A one-time right to set a new password; only the SHA-256 of its token is kept."""

    __tablename__ = "password_resets"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(reference("users"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LogInLink(Base):
    """A one-time right to log in, sent by e-mail; only the SHA-256 of its token is kept."""

    __tablename__ = "log_in_links"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(reference("users"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class EmailConfirmation(Base):
    """A one-time right to call an e-mail one's own: that of the account, or its next one."""

    __tablename__ = "email_confirmations"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(reference("users"))
    email: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignupAttempt(Base):
    """One try to sign up, and how it ended: failed sign-ups are a launch metric (S29, S64)."""

    __tablename__ = "signup_attempts"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[UuidKey]
    at: Mapped[Moment]
    user_type: Mapped[UserType] = mapped_column(enum_column(UserType))
    succeeded: Mapped[bool]
    failure: Mapped[str | None]
