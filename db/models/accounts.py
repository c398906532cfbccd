"""Users, their sessions and tokens, and their sign-up attempts (S13, S14)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, Timestamps, UuidKey, enum_column, reference
from domain.accounts.legal import LegalDocumentKind
from domain.actors import Role, UserType


class User(Timestamps, Base):
    """A person who can log in; `password_hash` is null until a password has been set."""

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
    """A login session; only the SHA-256 of its token is stored."""

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
    """An API token.

    Only the SHA-256 of its secret is stored, and `prefix` helps people recognise it.

    `ancestors`: the tokens it was created with, directly or indirectly; it becomes invalid when any
    of them ends.
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
    """A one-time link to set a new password; only the SHA-256 of its token is stored."""

    __tablename__ = "password_resets"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(reference("users"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LogInLink(Base):
    """A one-time link to log in, sent by e-mail; only the SHA-256 of its token is stored."""

    __tablename__ = "log_in_links"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(reference("users"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class EmailConfirmation(Base):
    """A one-time link to confirm an e-mail address: the current or the next one of the account."""

    __tablename__ = "email_confirmations"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(reference("users"))
    email: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LegalAcceptance(Base):
    """A version of the terms or the privacy policy that a person has accepted (M12)."""

    __tablename__ = "legal_acceptances"

    user_id: Mapped[UUID] = mapped_column(reference("users"), primary_key=True)
    kind: Mapped[LegalDocumentKind] = mapped_column(
        enum_column(LegalDocumentKind), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    accepted_at: Mapped[Moment]


class SignupAttempt(Base):
    """A sign-up attempt and its outcome; failed sign-ups are a launch metric (S29, S64)."""

    __tablename__ = "signup_attempts"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[UuidKey]
    at: Mapped[Moment]
    user_type: Mapped[UserType] = mapped_column(enum_column(UserType))
    succeeded: Mapped[bool]
    failure: Mapped[str | None]
