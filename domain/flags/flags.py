"""Feature flags and the pure function that evaluates them (S57, S58, A1, A2)."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter

from domain.actors import Role, UserType, VendorType
from domain.errors import Collector, Invalid
from domain.flags.named_nodes import names_other_node, with_row_id
from domain.flags.run_holds import FlagParts, FlagValues
from domain.ids import FlagId, PhaseId
from domain.platform.percent import BUCKETS, EVERYBODY, NOBODY, Percent, threshold

KEY_PATTERN = re.compile(r"[a-z][a-z0-9_]{1,62}")
GROUP_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,62}|!?user:[A-Za-z0-9_@.+-]{1,200}")
MAX_GROUPS = 1_000


class BucketBy(StrEnum):
    """Whose id decides the bucket, so that related people get the same value (A19)."""

    USER = "user"
    COUPLE = "couple"
    SUPPLIER = "supplier"
    DEVICE = "device"


class EvaluationReason(StrEnum):
    """Why a flag has its value, with the names of OpenFeature."""

    STATIC = "static"
    DEFAULT = "default"
    TARGETING_MATCH = "targeting_match"
    SPLIT = "split"
    DISABLED = "disabled"
    CACHED = "cached"
    STALE = "stale"
    ERROR = "error"


class EvaluationErrorCode(StrEnum):
    """Why an evaluation failed, with the names of OpenFeature."""

    FLAG_NOT_FOUND = "flag_not_found"
    TARGETING_KEY_MISSING = "targeting_key_missing"
    INVALID_CONTEXT = "invalid_context"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class FlagState:
    """The fields of a flag that decide who sees it; diffs and snapshots hold them."""

    enabled: bool
    rollout_percentage: Percent
    target_groups: tuple[str, ...]
    version: int


def difference(before: FlagState, after: FlagState) -> str:
    """Describe what differs; empty if nothing does."""
    parts = []
    if before.enabled != after.enabled:
        parts.append("switched on" if after.enabled else "switched off")
    if before.rollout_percentage != after.rollout_percentage:
        parts.append(f"{before.rollout_percentage:g} % to {after.rollout_percentage:g} %")
    if before.target_groups != after.target_groups:
        parts.append("other groups")
    return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Flag:
    """A feature flag. `salt` is the key at its creation and never changes (decision 3).

    If a phase with a cohort switched it on, `salt` is that `cohort` for good (L21).
    `enabled` and `rollout_percentage` are in force; `parts` holds the values of owner and run (D1).
    `parts` None: only the owner's values exist.
    """

    id: FlagId
    key: str
    name: str
    description: str | None
    enabled: bool
    rollout_percentage: Percent
    target_groups: tuple[str, ...]
    bucket_by: BucketBy
    client_visible: bool
    salt: str
    phase_id: PhaseId | None
    version: int
    created_at: datetime
    updated_at: datetime
    parts: FlagParts | None = None
    cohort: str | None = None

    @property
    def wanted(self) -> FlagParts:
        """The owner's values and those of the run that holds the flag."""
        values = FlagValues(self.enabled, self.rollout_percentage)
        return FlagParts(values) if self.parts is None else self.parts

    @property
    def state(self) -> FlagState:
        """The fields that a diff compares."""
        return FlagState(self.enabled, self.rollout_percentage, self.target_groups, self.version)


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """Whom a flag is evaluated for. `keys` holds an id for each kind of bucketing."""

    keys: Mapping[BucketBy, str] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()

    def key(self, bucket_by: BucketBy) -> str | None:
        """The targeting key; without an id of that kind, the user's own."""
        keys = self.keys
        return keys.get(bucket_by) or keys.get(BucketBy.USER) or keys.get(BucketBy.DEVICE)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The value of one flag for one context. `bucket` is 0..9999, `limit` 0..10000."""

    key: str
    value: bool
    reason: EvaluationReason
    flag_version: int = 0
    error_code: EvaluationErrorCode | None = None
    bucket: int | None = None
    limit: int | None = None
    matched_group: str | None = None


def values_of(evaluations: Iterable[Evaluation]) -> bytes:
    """The values only, one byte each."""
    return bytes(map(_VALUE, evaluations))


_VALUE = attrgetter("value")


def bucket(salt: str, targeting_key: str) -> int:
    """The bucket 0..9999 of a key: stable, and independent between flags (decision 3)."""
    return bucket_of(f"{salt}:{targeting_key}".encode())


def bucket_of(salted: bytes) -> int:
    """The bucket of the bytes `salt:key`."""
    return int.from_bytes(hashlib.sha256(salted).digest()[:8], "big") % BUCKETS


@lru_cache(maxsize=1_000)  # one object for all members of the same groups
def groups_of(
    user_type: UserType | None = None,
    vendor_type: VendorType | None = None,
    role: Role | None = None,
) -> frozenset[str]:
    """The target groups of a person: user type, trade, role and platform."""
    platforms = {UserType.SUPPLIER: "wedsync", UserType.COUPLE: "wedme"}
    names = (user_type, vendor_type, role, platforms.get(user_type) if user_type else None)
    return frozenset(str(name) for name in names if name)


def missing(key: str) -> Evaluation:
    """The evaluation of a flag that does not exist: off, with an error code (S57)."""
    return Evaluation(
        key, False, EvaluationReason.ERROR, error_code=EvaluationErrorCode.FLAG_NOT_FOUND
    )


def evaluate(flag: Flag, context: EvaluationContext) -> Evaluation:
    """Evaluate a flag for a context. Groups come before the percentage (S57, S58)."""
    if not flag.enabled:
        return Evaluation(flag.key, False, EvaluationReason.DISABLED, flag.version)
    key = context.key(flag.bucket_by)
    group, admitted = (None, True) if not flag.target_groups else _match_groups(flag, context)
    if group is not None and "user:" in group:
        return _evaluation(flag, admitted, EvaluationReason.TARGETING_MATCH, group)
    if not admitted:
        return _evaluation(flag, False, EvaluationReason.DEFAULT, None)
    if flag.rollout_percentage >= EVERYBODY:
        reason = EvaluationReason.TARGETING_MATCH if group else EvaluationReason.STATIC
        return _evaluation(flag, True, reason, group)
    if flag.rollout_percentage <= NOBODY:
        return _evaluation(flag, False, EvaluationReason.DEFAULT, group)
    return _split_by_percentage(flag, key, group)


def named_ids(flag: Flag) -> frozenset[str]:
    """The ids that the target groups admit or exclude by name."""
    names = (name.partition("user:") for name in flag.target_groups)
    return frozenset(name for _, mark, name in names if mark)


def without_names(flag: Flag) -> Flag:
    """The flag as it is for everybody whom it does not name."""
    groups = tuple(name for name in flag.target_groups if "user:" not in name)
    return replace(flag, target_groups=groups)


def _evaluation(flag: Flag, value: bool, reason: EvaluationReason, group: str | None) -> Evaluation:
    return Evaluation(flag.key, value, reason, flag.version, matched_group=group)


def _split_by_percentage(flag: Flag, key: str | None, group: str | None) -> Evaluation:
    limit = threshold(flag.rollout_percentage)
    if not key:
        return Evaluation(
            flag.key,
            False,
            EvaluationReason.ERROR,
            flag.version,
            EvaluationErrorCode.TARGETING_KEY_MISSING,
            limit=limit,
            matched_group=group,
        )
    place = bucket(flag.salt, key)
    return Evaluation(
        flag.key,
        place < limit,
        EvaluationReason.SPLIT,
        flag.version,
        bucket=place,
        limit=limit,
        matched_group=group,
    )


def _match_groups(flag: Flag, context: EvaluationContext) -> tuple[str | None, bool]:
    """The group entry that decides, and whether it admits: deny, then allow, then groups."""
    # A person is named by their own id, whatever id decides their bucket. A device id names
    # nobody: visitors choose it themselves.
    ids = [context.keys.get(BucketBy.USER), context.keys.get(flag.bucket_by)]
    if flag.bucket_by is BucketBy.DEVICE:
        ids.pop()
    for mark, admitted in (("!user:", False), ("user:", True)):
        for key in ids:
            if key and f"{mark}{key}" in flag.target_groups:
                return f"{mark}{key}", admitted
    groups = [name for name in flag.target_groups if "user:" not in name]
    if not groups:
        return None, True
    group = next((name for name in groups if name in context.groups), None)
    return group, group is not None


def parse_key(value: str, *, path: tuple[str, ...] = ("input", "key")) -> str:
    """Check the key of a flag or phase; raises Invalid if it does not match the pattern (S2)."""
    if not KEY_PATTERN.fullmatch(value):
        raise Invalid(
            "A key has 2 to 63 lower-case letters, digits and underscores, a letter first.",
            path=path,
        )
    return value


def parse_groups(
    values: Iterable[str], *, path: tuple[str, ...] = ("input", "targetGroups")
) -> tuple[str, ...]:
    """Target groups without duplicates; raises Invalid for each malformed one.

    A group is a name such as `supplier` or `photographer`; `user:ID` admits a user whatever the
    percentage, `!user:ID` excludes one (S2, A18). A global id is stored as the id of its row, by
    which flags are evaluated.
    """
    groups = tuple(dict.fromkeys(map(with_row_id, values)))
    if len(groups) > MAX_GROUPS:
        raise Invalid(f"At most {MAX_GROUPS} target groups.", path=path)
    problems = Collector()
    for index, group in enumerate(groups):
        with problems:
            if not GROUP_PATTERN.fullmatch(group):
                message = f"Target group {index + 1} is not a name, user:ID or !user:ID."
                raise Invalid(message, path=path)
            if names_other_node(group):
                message = f"Target group {index + 1} names no user, supplier or couple."
                raise Invalid(message, path=path)
    problems.raise_all()
    return groups
