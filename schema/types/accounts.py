"""Sessions, profiles and tokens: inputs and payloads (S29 to S32, A41)."""

from datetime import date, datetime
from typing import Any

import strawberry

from domain.accounts.accounts import Profile
from domain.actors import UserType, VendorType
from domain.errors import LaunchError
from schema.scalars import EmailAddress
from schema.types.actors import ApiToken, User
from schema.types.errors import Error
from schema.types.legal import ACCEPTED, AcceptedDocumentInput, accepted_in
from services.accounts.api_tokens import NewToken
from services.accounts.sessions import OpenSession
from services.accounts.sign_up import SignUp
from services.marketplace.profiles import ProfileResult


@strawberry.input(description="The profile of a supplier or a couple.")
class ProfileInput:
    """Fields of both sides; absent fields stay unchanged."""

    email: EmailAddress | None = strawberry.field(
        default=strawberry.UNSET, description="A supplier's address for its clients."
    )
    business_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="A supplier's name: 1 to 200 characters."
    )
    vendor_type: VendorType | None = strawberry.field(
        default=strawberry.UNSET, description="The vendor type of a supplier."
    )
    partner1_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name of one partner: 1 to 200 characters."
    )
    partner2_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name of the other partner: 1 to 200 characters."
    )
    wedding_date: date | None = strawberry.field(
        default=strawberry.UNSET, description="The wedding date of a couple; it may have passed."
    )
    phone: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A telephone number for the other side of partnerships; null clears it.",
    )

    def profile(self) -> Profile:
        """Return the profile for the rules, without absent fields."""
        return Profile(**self.provided())

    def provided(self) -> dict[str, Any]:
        """Return the fields that were provided; null is different from absent."""
        return {name: value for name, value in vars(self).items() if value is not strawberry.UNSET}


@strawberry.input(description="The sign-up form.")
class SignUpInput:
    """A new account (S29)."""

    user_type: UserType = strawberry.field(description="SUPPLIER or COUPLE.")
    email: EmailAddress = strawberry.field(description="The e-mail address of the account.")
    password: str = strawberry.field(
        description="10 to 1024 characters, other than the e-mail address."
    )
    profile: ProfileInput | None = strawberry.field(
        default=strawberry.UNSET, description="The first fields of the profile."
    )

    accepted_documents: list[AcceptedDocumentInput] | None = strawberry.field(
        default=None, description=ACCEPTED
    )

    def request(self) -> SignUp:
        """Return the command for the service."""
        profile = self.profile.profile() if self.profile else Profile()
        accepted = accepted_in(self.accepted_documents)
        return SignUp(self.user_type, self.email, self.password, profile, accepted)


@strawberry.type(description="A log-in. Its token is shown here and nowhere else.")
class Session:
    """A session that has just been created."""

    access_token: str = strawberry.field(
        description="Send it as `Authorization: Bearer`; browsers also get it as a cookie."
    )
    expires_at: datetime = strawberry.field(description="When it expires.")
    user: User = strawberry.field(description="Who is logged in.")

    @classmethod
    def of(cls, opened: OpenSession) -> "Session":
        """Build the object from a session."""
        return cls(
            access_token=opened.token,
            expires_at=opened.expires_at,
            user=User.of(opened.user, own=True),
        )


@strawberry.type(description="A session, or why there is none.")
class SessionPayload:
    """The payload of mutations that log in."""

    session: Session | None = strawberry.field(default=None, description="The new session.")
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "SessionPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="The account as it is now.")
class ProfilePayload:
    """The payload of mutations that change the caller's account."""

    user: User | None = strawberry.field(default=None, description="The account.")
    warnings: list[str] = strawberry.field(
        default_factory=list,
        description="Warnings, such as a wedding date in the past.",
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def of(cls, done: ProfileResult) -> "ProfilePayload":
        """Build the payload of a change of the profile."""
        return cls(user=User.of(done.user), warnings=done.warnings)

    @classmethod
    def failed(cls, error: LaunchError) -> "ProfilePayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="A token, with its secret if it is new.")
class TokenPayload:
    """The payload of mutations that change a token."""

    token: ApiToken | None = strawberry.field(default=None, description="The token.")
    secret: str | None = strawberry.field(
        default=None, description="Shown once, when the token is created. Keep it safe."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def created(cls, made: NewToken) -> "TokenPayload":
        """Build the payload of a new token."""
        return cls(token=ApiToken.of(made.row), secret=made.secret)

    @classmethod
    def failed(cls, error: LaunchError) -> "TokenPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
