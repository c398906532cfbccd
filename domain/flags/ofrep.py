"""Requests and responses of the OpenFeature Remote Evaluation Protocol as plain data (A3)."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from domain.actors import UserType, VendorType
from domain.flags.flags import (
    GROUP_PATTERN,
    BucketBy,
    Evaluation,
    EvaluationContext,
    EvaluationErrorCode,
    groups_of,
)
from domain.ids import row_id

K = TypeVar("K", bound=StrEnum)
Json = dict[str, object]

MAX_TEXT = 1_000
MAX_GROUPS = 100
_KEYS = {
    "targetingKey": BucketBy.USER,
    "supplierId": BucketBy.SUPPLIER,
    "coupleId": BucketBy.COUPLE,
    "deviceId": BucketBy.DEVICE,
}
_NODES = {"targetingKey": "User", "supplierId": "Supplier", "coupleId": "Couple"}
_DETAILS = {
    EvaluationErrorCode.FLAG_NOT_FOUND: "There is no such flag.",
    EvaluationErrorCode.TARGETING_KEY_MISSING: "This flag is on for a share of users: "
    "the context needs a targetingKey.",
    EvaluationErrorCode.GENERAL: "The flags are not loaded yet. Try again.",
}
_STATUS = {
    EvaluationErrorCode.FLAG_NOT_FOUND: 404,
    EvaluationErrorCode.GENERAL: 503,
}


class BadEvaluation(Exception):
    """The request cannot be evaluated. `code` is an error code of OpenFeature."""

    def __init__(self, code: str, details: str) -> None:
        """`details` is shown to the caller."""
        super().__init__(details)
        self.code = code
        self.details = details


@dataclass(frozen=True, slots=True)
class Stated:
    """The evaluation context that a caller sent."""

    keys: Mapping[BucketBy, str]
    groups: frozenset[str]

    @property
    def context(self) -> EvaluationContext:
        """The context of a trusted caller, which evaluates for its own users."""
        return EvaluationContext(self.keys, self.groups)

    @property
    def device_id(self) -> str | None:
        """The only part of the context that a visitor may set: an id of their choice."""
        return self.keys.get(BucketBy.DEVICE) or self.keys.get(BucketBy.USER)


def read(body: object) -> Stated:
    """Read the context of a request; raises BadEvaluation if it is malformed.

    A missing context is an empty one. Attributes that no flag uses are ignored.
    """
    if not isinstance(body, dict):
        raise BadEvaluation("PARSE_ERROR", "The body must be a JSON object.")
    context = body.get("context")
    if context is None:
        context = {}
    if not isinstance(context, dict):
        raise BadEvaluation("INVALID_CONTEXT", "context must be an object.")
    keys = {kind: key for name, kind in _KEYS.items() if (key := _id(context, name))}
    stated = groups_of(
        _member(context, "userType", UserType),
        _member(context, "vendorType", VendorType),
    )
    return Stated(keys, stated | _groups(context.get("groups")))


def status_of(item: Evaluation) -> int:
    """The HTTP status of one evaluation."""
    return 200 if item.error_code is None else _STATUS.get(item.error_code, 400)


def result_of(item: Evaluation, *, killed: bool = False) -> Json:
    """The body of one evaluation, failed or not. `killed`: a kill switch decided it."""
    if item.error_code is not None:
        return failure(item.error_code.name, _DETAILS.get(item.error_code, ""), item.key)
    return {
        "key": item.key,
        "value": item.value,
        "reason": item.reason.name,
        "variant": "on" if item.value else "off",
        "metadata": {"flagVersion": item.flag_version, **({"killed": True} if killed else {})},
    }


def failure(code: str, details: str, key: str | None = None) -> Json:
    """The body of a failed evaluation."""
    named: Json = {"key": key} if key is not None else {}
    return {**named, "errorCode": code, "errorDetails": details}


def matches(if_none_match: str | None, etag: str) -> bool:
    """True if the caller already has `etag`; weak validators count as equal (RFC 9110)."""
    if if_none_match is None:
        return False
    etags = [item.strip().removeprefix("W/") for item in if_none_match.split(",")]
    return "*" in etags or etag in etags


def config_id(version: int, killed: Iterable[str] = ()) -> str:
    """Names the configuration of all flags at one moment: their version and the kills."""
    off = ",".join(sorted(killed))
    digest = hashlib.sha256(off.encode()).hexdigest()[:12]
    return f"{version}-{digest}" if off else str(version)


def version_in(config: str | None) -> int | None:
    """The version in a `config_id` that a caller sends back; None if it is malformed."""
    digits = (config or "").strip('"').partition("-")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None


def _id(context: Mapping[str, object], name: str) -> str | None:
    """An id, as its node or its row has it: `viewerFlags` and OFREP agree on who is inside."""
    value = _text(context, name)
    node = _NODES.get(name)
    return row_id(value, node) if value is not None and node is not None else value


def _text(context: Mapping[str, object], name: str) -> str | None:
    value = context.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        details = f"{name} must be a text of at most {MAX_TEXT} characters."
        raise BadEvaluation("INVALID_CONTEXT", details)
    return value


def _member(context: Mapping[str, object], name: str, kind: type[K]) -> K | None:
    value = _text(context, name)
    if value is None:
        return None
    try:
        return kind(value.lower())
    except ValueError:
        names = ", ".join(item.name for item in kind)
        raise BadEvaluation("INVALID_CONTEXT", f"{name} must be one of {names}.") from None


def _groups(value: object) -> frozenset[str]:
    if value is None:
        return frozenset()
    if not isinstance(value, list) or len(value) > MAX_GROUPS:
        raise BadEvaluation("INVALID_CONTEXT", f"groups must be a list of at most {MAX_GROUPS}.")
    for item in value:
        if not isinstance(item, str) or not GROUP_PATTERN.fullmatch(item) or "user:" in item:
            raise BadEvaluation("INVALID_CONTEXT", "groups must hold names of groups.")
    return frozenset(value)
