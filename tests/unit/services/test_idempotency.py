"""The fingerprint of a request: what it says counts, not the classes that hold it."""

from dataclasses import dataclass, make_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest

from services.platform.idempotency import fingerprint

ID = UUID("00000000-0000-0000-0000-000000000001")


class Side(StrEnum):
    """An enum of strings, as commands have them."""

    LEFT = "left"


@dataclass(frozen=True)
class Draft:
    """A command."""

    key: str
    at: datetime | None = None
    share: Decimal | None = None
    sides: frozenset[Side] = frozenset()


FULL = Draft("a", datetime(2027, 1, 1, tzinfo=UTC), Decimal("12.5"), frozenset({Side.LEFT}))


def test_renaming_the_class_of_a_command_keeps_its_fingerprint() -> None:
    renamed = make_dataclass("CreateDraft", [("key", str), ("at", object), ("sides", object)])
    assert fingerprint("create", Draft("a", FULL.at, None, FULL.sides)) == fingerprint(
        "create", renamed("a", FULL.at, FULL.sides)
    )


def test_a_field_at_its_default_counts_as_absent() -> None:
    grown = make_dataclass("Draft", [("key", str), ("note", object, None)])
    assert fingerprint("create", Draft("a")) == fingerprint("create", grown("a"))


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("update", FULL),
        ("create", Draft("b", FULL.at, FULL.share, FULL.sides)),
        ("create", Draft("a", datetime(2027, 1, 2, tzinfo=UTC), FULL.share, FULL.sides)),
        ("create", Draft("a", FULL.at, Decimal("12.6"), FULL.sides)),
        ("create", Draft("a", FULL.at, FULL.share)),
        ("create", (FULL, ID)),
    ],
)
def test_a_fingerprint_depends_on_operation_and_values(operation: str, request_: object) -> None:
    assert fingerprint(operation, request_) != fingerprint("create", FULL)


def test_true_is_not_one_and_the_order_of_a_set_does_not_matter() -> None:
    assert fingerprint("toggle", ("key", True)) != fingerprint("toggle", ("key", 1))
    assert fingerprint("x", {"b", "a"}) == fingerprint("x", {"a", "b"})
    assert fingerprint("x", (ID, None)) != fingerprint("x", (None, ID))
