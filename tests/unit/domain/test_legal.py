"""Versions of terms and privacy (M12)."""

from datetime import date

import pytest

from domain.accounts.legal import (
    AcceptedDocument,
    Document,
    LegalDocumentKind,
    check_accepted,
    parse,
    pending,
)
from domain.errors import Invalid
from services.accounts.legal_documents import DOCUMENTS

TERMS, PRIVACY = LegalDocumentKind.TERMS, LegalDocumentKind.PRIVACY
IN_FORCE = {
    TERMS: Document(TERMS, 2, date(2026, 12, 1), "Terms of use", "Be kind."),
    PRIVACY: Document(PRIVACY, 1, date(2026, 11, 1), "Privacy policy", "We keep little."),
}


def test_a_file_has_its_title_version_and_date_at_the_top() -> None:
    source = "title: Terms of use\nversion: 2\ndate: 2026-12-01\n\nBe kind.\n"
    assert parse(TERMS, source) == IN_FORCE[TERMS]


@pytest.mark.parametrize(
    ("accepted", "requested"),
    [
        ([], [TERMS, PRIVACY]),
        ([(TERMS, 2), (PRIVACY, 1)], []),
        ([(TERMS, 1), (PRIVACY, 1)], [TERMS]),
        ([(TERMS, 2)], [PRIVACY]),
    ],
)
def test_a_version_that_was_not_accepted_is_asked_for(
    accepted: list[tuple[LegalDocumentKind, int]], requested: list[LegalDocumentKind]
) -> None:
    documents = pending(IN_FORCE, [AcceptedDocument(*item) for item in accepted])
    assert [document.kind for document in documents] == requested


def test_only_the_version_in_force_can_be_accepted() -> None:
    check_accepted([AcceptedDocument(TERMS, 2)], IN_FORCE, ("documents",))
    for version in (1, 3):
        with pytest.raises(Invalid, match="“Terms of use” has changed: read version 2") as raised:
            check_accepted([AcceptedDocument(TERMS, version)], IN_FORCE, ("documents",))
        assert raised.value.path == ("documents",)


def test_the_files_of_the_product_are_documents() -> None:
    assert list(DOCUMENTS) == [TERMS, PRIVACY]
    for document in DOCUMENTS.values():
        assert document.version >= 1
        assert len(document.text) > 1_000
