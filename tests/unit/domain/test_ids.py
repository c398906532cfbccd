"""Global ids: opaque, stable, and never the cause of a crash."""

from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.ids import global_id, parse_global_id, parse_uuid
from tests.unit.domain.builders import any_text

KEY = UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")
type_names = st.from_regex(r"[A-Z][A-Za-z]{0,30}", fullmatch=True)


def test_a_global_id_never_changes() -> None:
    """Computed with base64(1): clients keep these ids."""
    expected = "TGF1bmNoUGhhc2U6NmY5NjE5ZmYtOGI4Ni1kMDExLWI0MmQtMDBjMDRmYzk2NGZm"
    assert global_id("LaunchPhase", KEY) == expected
    assert parse_global_id(expected) == ("LaunchPhase", str(KEY))


@given(type_names, st.uuids())
def test_a_row_is_found_again(type_name: str, key: UUID) -> None:
    parsed = parse_global_id(global_id(type_name, key))
    assert parsed == (type_name, str(key))
    assert parse_uuid(parsed[1]) == key


@given(type_names, st.text(min_size=1))
def test_a_textual_key_is_found_again(type_name: str, key: str) -> None:
    """A key may hold a colon: the first one separates."""
    assert parse_global_id(global_id(type_name, key)) == (type_name, key)


@given(type_names, st.uuids())
def test_a_global_id_fits_into_an_address(type_name: str, key: UUID) -> None:
    assert set(global_id(type_name, key)).isdisjoint("=+/ ")


@pytest.mark.parametrize("type_name", ["", "NoSeparator"])
def test_half_an_id_is_none(type_name: str) -> None:
    assert parse_global_id(global_id(type_name, "")) is None
    assert parse_global_id(global_id("", "key")) is None


@given(any_text)
@example("")
@example("=")
@example("a")
@example("\ud800")
@example("é")
@example("____")
def test_any_text_is_a_global_id_or_none(text: str) -> None:
    parsed = parse_global_id(text)
    assert parsed is None or all(parsed)


@given(st.binary())
def test_any_bytes_are_a_global_id_or_none(raw: bytes) -> None:
    parsed = parse_global_id(raw.hex())
    assert parsed is None or all(parsed)


@given(any_text)
@example("")
@example("\ud800" * 32)
@example("²" * 32)
@example("-" * 32)
@example("f" * 33)
def test_any_text_is_a_uuid_or_none(text: str) -> None:
    parsed = parse_uuid(text)
    assert parsed is None or isinstance(parsed, UUID)


@pytest.mark.parametrize("text", ["", "6f9619ff", "g" * 32, str(KEY)[:-1], f"{KEY}0", "phase"])
def test_a_malformed_uuid_is_none(text: str) -> None:
    assert parse_uuid(text) is None
