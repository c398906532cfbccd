"""Feature flags: what one is, and the pure function that evaluates it (S57, S58, A1, A2)."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from domain.actors import Role, UserType, VendorType
from domain.errors import Invalid
from domain.flags.run_holds import FlagParts, FlagValues
from domain.ids import FlagId, PhaseId
from domain.platform.percent import BUCKETS, EVERYBODY, NOBODY, Percent, threshold

KEY_PATTERN = re.compile(r"[a-z][a-z0-9_]{1,62}")
GROUP_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,62}|!?user:[A-Za-z0-9_@.+-]{1,200}")
MAX_GROUPS = 1_000


class BucketBy(StrEnum):
    """Whose id decides the bucket, so that related people see the same (A19)."""

    USER = "user"
    COUPLE = "couple"
    SUPPLIER = "supplier"
    DEVICE = "device"


class EvaluationReason(StrEnum):
    """Why a flag has its value; the names are those of OpenFeature."""

    STATIC = "static"
    DEFAULT = "default"
    TARGETING_MATCH = "targeting_match"
    SPLIT = "split"
    DISABLED = "disabled"
    CACHED = "cached"
    STALE = "stale"
    ERROR = "error"


class EvaluationErrorCode(StrEnum):
    """What went wrong in an evaluation; the names are those of OpenFeature."""

    FLAG_NOT_FOUND = "flag_not_found"
    TARGETING_KEY_MISSING = "targeting_key_missing"
    INVALID_CONTEXT = "invalid_context"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class FlagState:
    """The part of a flag that decides who sees it: what diffs and snapshots hold."""

    enabled: bool
    rollout_percentage: Percent
    target_groups: tuple[str, ...]
    version: int


def difference(before: FlagState, after: FlagState) -> str:
    """What differs, for people; empty where nothing does."""
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
    """A feature flag. `salt` is the key it was created with: it never changes (decision 3).

    But where a phase with a cohort switched it on, `salt` is that `cohort`, for good (L21).
    `enabled` and `rollout_percentage` are what is in force; `parts` says who wants what (D1).
    None: nobody but the owner has a say.
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
        """The owner's values and what a run holds beside them."""
        values = FlagValues(self.enabled, self.rollout_percentage)
        return FlagParts(values) if self.parts is None else self.parts

    @property
    def state(self) -> FlagState:
        """What a diff compares."""
        return FlagState(self.enabled, self.rollout_percentage, self.target_groups, self.version)


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """Whom a flag is evaluated for. `keys` holds an id for each way of bucketing."""

    keys: Mapping[BucketBy, str] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()

    def key(self, bucket_by: BucketBy) -> str | None:
        """The targeting key; a person without such an id falls back to their own."""
        keys = self.keys
        return keys.get(bucket_by) or keys.get(BucketBy.USER) or keys.get(BucketBy.DEVICE)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The value of one flag for one context. `bucket` and `limit` are 0..9999 and 0..10000."""

    key: str
    value: bool
    reason: EvaluationReason
    flag_version: int = 0
    error_code: EvaluationErrorCode | None = None
    bucket: int | None = None
    limit: int | None = None
    matched_group: str | None = None


def bucket(salt: str, targeting_key: str) -> int:
    """The bucket 0..9999 of a key: the same for ever, independent between flags (decision 3)."""
    return bucket_of(f"{salt}:{targeting_key}".encode())


def bucket_of(salted: bytes) -> int:
    """The same, of a salt, a colon and a key."""
    return int.from_bytes(hashlib.sha256(salted).digest()[:8], "big") % BUCKETS


@lru_cache(maxsize=1_000)  # the same object for all who are in the same groups
def groups_of(
    user_type: UserType | None = None,
    vendor_type: VendorType | None = None,
    role: Role | None = None,
) -> frozenset[str]:
    """The target groups somebody belongs to: side, trade, role and platform."""
    platforms = {UserType.SUPPLIER: "wedsync", UserType.COUPLE: "wedme"}
    names = (user_type, vendor_type, role, platforms.get(user_type) if user_type else None)
    return frozenset(str(name) for name in names if name)


def missing(key: str) -> Evaluation:
    """A flag that does not exist is off, and says so (S57)."""
    return Evaluation(
        key, False, EvaluationReason.ERROR, error_code=EvaluationErrorCode.FLAG_NOT_FOUND
    )


def evaluate(flag: Flag, context: EvaluationContext) -> Evaluation:
    """Is the flag on for this context? Groups come before the percentage (S57, S58)."""
    if not flag.enabled:
        return Evaluation(flag.key, False, EvaluationReason.DISABLED, flag.version)
    key = context.key(flag.bucket_by)
    group, admitted = (None, True) if not flag.target_groups else _match(flag, context)
    if group is not None and "user:" in group:
        return _decided(flag, admitted, EvaluationReason.TARGETING_MATCH, group)
    if not admitted:
        return _decided(flag, False, EvaluationReason.DEFAULT, None)
    if flag.rollout_percentage >= EVERYBODY:
        reason = EvaluationReason.TARGETING_MATCH if group else EvaluationReason.STATIC
        return _decided(flag, True, reason, group)
    if flag.rollout_percentage <= NOBODY:
        return _decided(flag, False, EvaluationReason.DEFAULT, group)
    return _split(flag, key, group)


def settled(flag: Flag, groups: frozenset[str]) -> Evaluation | None:
    """What everybody in these groups gets; None where it depends on who somebody is."""
    if flag.enabled and any("user:" in name for name in flag.target_groups):
        return None
    evaluation = evaluate(flag, EvaluationContext(groups=groups))
    return evaluation if evaluation.limit is None else None  # with a limit, an id decides


def _decided(flag: Flag, value: bool, reason: EvaluationReason, group: str | None) -> Evaluation:
    return Evaluation(flag.key, value, reason, flag.version, matched_group=group)


def _split(flag: Flag, key: str | None, group: str | None) -> Evaluation:
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


def _match(flag: Flag, context: EvaluationContext) -> tuple[str | None, bool]:
    """The entry that decides and whether it lets in; deny wins, then allow, then groups."""
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
    """A flag or phase key; raises Invalid where it does not fit the pattern (S2)."""
    if not KEY_PATTERN.fullmatch(value):
        raise Invalid(
            "A key has 2 to 63 lower-case letters, digits and underscores, a letter first.",
            path=path,
        )
    return value


def parse_groups(
    values: Iterable[str], *, path: tuple[str, ...] = ("input", "targetGroups")
) -> tuple[str, ...]:
    """Target groups without repeats; raises Invalid naming the first that is malformed.

    A group is a name such as `supplier` or `photographer`, `user:ID` lets one user in whatever
    the percentage, `!user:ID` keeps one out (S2, A18).
    """
    groups = tuple(dict.fromkeys(values))
    if len(groups) > MAX_GROUPS:
        raise Invalid(f"At most {MAX_GROUPS} target groups.", path=path)
    for index, group in enumerate(groups):
        if not GROUP_PATTERN.fullmatch(group):
            raise Invalid(
                f"Target group {index + 1} is not a name, user:ID or !user:ID.", path=path
            )
    return groups
