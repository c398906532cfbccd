"""Documents by their hash (A48)."""

import json
from pathlib import Path

import pytest

from services.platform import documents
from services.platform.byte_cache import ENTRY_BYTES
from services.platform.documents import Documents, hash_of
from setting_names import BadSettings
from settings import load_settings

DOCUMENT = "{ __typename }"
HASH = hash_of(DOCUMENT)


def test_a_document_sent_with_its_hash_is_remembered() -> None:
    documents = Documents()
    assert documents.find(HASH) is None
    documents.remember(HASH, DOCUMENT)
    assert documents.find(HASH) == DOCUMENT


def test_of_too_many_those_used_last_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_SEEN_BYTES", 3 * (40 + ENTRY_BYTES))
    memory = Documents()
    for name in ("a", "b", "c"):
        memory.remember(name, "x" * 10)
    memory.find("a")
    memory.remember("d", "x" * 10)
    assert [memory.find(name) is not None for name in "abcd"] == [True, False, True, True]


def test_a_manifest_is_known_for_good_and_may_be_all_there_is(tmp_path: Path) -> None:
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps({HASH: DOCUMENT}))
    documents = Documents.read([manifest], only=True)
    documents.remember(hash_of("{ a }"), "{ a }")
    assert documents.find(hash_of("{ a }")) is None
    assert (documents.find(HASH), documents.allows(DOCUMENT), documents.allows("{ a }")) == (
        DOCUMENT, True, False,
    )  # fmt: skip


def test_several_manifests_are_merged(tmp_path: Path) -> None:
    manifests = [tmp_path / "ours.json", tmp_path / "theirs.json"]
    for manifest, text in zip(manifests, ("{ a }", "{ b }"), strict=True):
        manifest.write_text(json.dumps({hash_of(text): text}))
    documents = Documents.read(manifests, ["{ c }"], only=True)
    assert [documents.allows(text) for text in ("{ a }", "{ b }", "{ c }", "{ d }")] == [
        True, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": "{ a }"}'])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    manifest = tmp_path / "documents.json"
    manifest.write_text(text)
    with pytest.raises(BadSettings, match="TRUSTED_DOCUMENTS"):
        load_settings(trusted_documents=manifest)
