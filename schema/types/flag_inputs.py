"""The inputs and payloads of flags, and the commands that they become."""

from datetime import datetime
from typing import cast

import strawberry
from strawberry import UNSET

from domain.errors import LaunchError
from domain.flags.flags import BucketBy as BucketByValue
from domain.ids import row_id
from schema.enums import BucketBy, UserType, VendorType
from schema.scalars import Percent
from schema.types.changes import Change
from schema.types.errors import Error
from schema.types.flags import FeatureFlag
from schema.types.provided import provided_fields, refuse_null
from services.flags.flag_evaluation import EvaluateFlags
from services.flags.flags import FlagDraft, FlagPatch, FlagResult

REASON = "The reason, for the audit."
EXPECTED = "Rejected with VERSION_CONFLICT if the current version differs."
IDEMPOTENT = "For 24 hours, repeating the request with the same key returns the original result."


@strawberry.input(description="A new flag.")
class CreateFeatureFlagInput:
    """The input of `createFeatureFlag`."""

    key: str = strawberry.field(
        description="2 to 63 characters of a-z, 0-9 and _; the first is a letter."
    )
    name: str = strawberry.field(description="Its name for people.")
    description: str | None = strawberry.field(description="What the flag controls.", default=None)
    enabled: bool | None = strawberry.field(
        description="Whether it is on from the start.", default=False
    )
    rollout_percentage: Percent | None = strawberry.field(
        description="The percentage of users included; by default 100 if enabled, else 0.",
        default=None,
    )
    target_groups: list[str] | None = strawberry.field(
        description="The groups that may be included; empty: everybody.", default=None
    )
    bucket_by: BucketBy | None = strawberry.field(
        description="Whose id decides which users are included.", default=BucketByValue.USER
    )
    client_visible: bool | None = strawberry.field(
        description="Whether viewerFlags shows it.", default=True
    )
    reason: str | None = strawberry.field(description=REASON, default=None)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENT, default=None)

    def command(self) -> FlagDraft:
        """Return the command for the service."""
        return FlagDraft(
            key=self.key,
            name=self.name,
            description=self.description,
            enabled=bool(self.enabled),
            rollout_percentage=self.rollout_percentage,
            target_groups=tuple(self.target_groups or ()),
            bucket_by=self.bucket_by or BucketByValue.USER,
            client_visible=self.client_visible is not False,
            reason=self.reason,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="Changes of a flag; omitted fields stay unchanged.")
class UpdateFeatureFlagInput:
    """The input of `updateFeatureFlag`."""

    key: str = strawberry.field(description="The flag's key.")
    name: str | None = strawberry.field(description="Its name for people.", default=UNSET)
    description: str | None = strawberry.field(description="What the flag controls.", default=UNSET)
    enabled: bool | None = strawberry.field(description="On or off.", default=UNSET)
    rollout_percentage: Percent | None = strawberry.field(
        description="The share of users inside. While a live run holds the flag, this is the "
        "ceiling of the run: the ramp does not go above it until `liftCeiling`. What is in force "
        "already changes nothing.",
        default=UNSET,
    )
    override: bool | None = strawberry.field(
        description="With a reason: set a percentage above the present step of a live run. The "
        "flag is then released from the ramp, and still rolled back with the phase.",
        default=False,
    )
    target_groups: list[str] | None = strawberry.field(
        description="The groups that may be included; empty: everybody.", default=UNSET
    )
    bucket_by: BucketBy | None = strawberry.field(
        description="Whose id decides which users are included.", default=UNSET
    )
    client_visible: bool | None = strawberry.field(
        description="Whether viewerFlags shows it.", default=UNSET
    )
    reason: str | None = strawberry.field(description=REASON, default=None)
    expected_version: int | None = strawberry.field(description=EXPECTED, default=None)

    def patch(self) -> FlagPatch:
        """Return the provided fields. Raises Required for a field that cannot be null."""
        names = {name: name for name in FlagPatch.__annotations__}
        values = provided_fields(self, names)
        refuse_null(values, *(name for name in names if name not in ("description", "override")))
        values["override"] = bool(self.override)
        return cast("FlagPatch", values)


@strawberry.input(description="The state to set a flag to; repeating changes nothing.")
class ToggleFeatureFlagInput:
    """The input of `toggleFeatureFlag`."""

    key: str = strawberry.field(description="The flag's key.")
    enabled: bool = strawberry.field(description="On or off.")
    reason: str | None = strawberry.field(description=REASON, default=None)
    expected_version: int | None = strawberry.field(description=EXPECTED, default=None)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENT, default=None)


@strawberry.input(description="Whom to evaluate flags for.")
class EvaluateFlagsInput:
    """The input of `evaluateFlags`."""

    targeting_key: str | None = strawberry.field(
        description="The targeting key; with a user's id, also a global id, the user's groups "
        "apply.",
        default=None,
    )
    user_type: UserType | None = strawberry.field(description="The user type.", default=None)
    vendor_type: VendorType | None = strawberry.field(description="The vendor type.", default=None)
    keys: list[str] | None = strawberry.field(
        description="The flags; all by default.", default=None
    )
    explain: bool | None = strawberry.field(
        description="Whether to explain each value.", default=False
    )
    at: datetime | None = strawberry.field(
        description="At an earlier moment, as the audit knows it: the state, the reason and the "
        "change that were in force then, kill switches included.",
        default=None,
    )

    def command(self) -> EvaluateFlags:
        """Return the command for the service."""
        return EvaluateFlags(
            targeting_key=_row_id(self.targeting_key),
            user_type=self.user_type,
            vendor_type=self.vendor_type,
            keys=self.keys,
            explain=bool(self.explain),
            at=self.at,
        )


@strawberry.type(description="A flag after a mutation.")
class FlagPayload:
    """The payload of mutations of flags."""

    flag: FeatureFlag | None = strawberry.field(description="The flag.", default=None)
    change: Change | None = strawberry.field(
        description="The recorded change; null if nothing changed.", default=None
    )
    warnings: list[str] = strawberry.field(description="Possible mistakes.", default_factory=list)
    errors: list[Error] = strawberry.field(
        description="Expected failures; empty on success.", default_factory=list
    )

    @classmethod
    def of(cls, result: FlagResult) -> "FlagPayload":
        """Build the object from a result."""
        return cls(
            flag=FeatureFlag.of(result.flag),
            change=Change.of(result.change) if result.change else None,
            warnings=result.warnings,
        )

    @classmethod
    def failed(cls, error: LaunchError) -> "FlagPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


def _row_id(key: str | None) -> str | None:
    """Decode a global id: buckets are computed from row ids."""
    return row_id(key, "User") if key else key
