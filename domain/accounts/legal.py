"""Terms and privacy: documents with a version, and who has accepted which (M12, S122)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.errors import Invalid


class LegalDocumentKind(StrEnum):
    """What a document is about."""

    TERMS = "terms"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class Document:
    """The version in force. `text` has headings (`## `), lists (`- `) and paragraphs."""

    kind: LegalDocumentKind
    version: int
    since: date
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class AcceptedDocument:
    """A version that an account has accepted."""

    kind: LegalDocumentKind
    version: int


def parse(kind: LegalDocumentKind, source: str) -> Document:
    """A document from its file: title, version and date, an empty line, the text."""
    head, _, text = source.partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return Document(
        kind,
        int(fields["version"]),
        date.fromisoformat(fields["date"]),
        fields["title"],
        text.strip(),
    )


def check_accepted(
    accepted: Sequence[AcceptedDocument],
    documents: Mapping[LegalDocumentKind, Document],
    path: tuple[str, ...],
) -> None:
    """Raises Invalid for a version that is not in force: it has changed while somebody read it."""
    for item in accepted:
        document = documents[item.kind]
        if item.version != document.version:
            raise Invalid(
                f"“{document.title}” has changed: read version {document.version}, then accept it.",
                path=path,
            )


def pending(
    documents: Mapping[LegalDocumentKind, Document], accepted: Collection[AcceptedDocument]
) -> list[Document]:
    """The documents that an account has not accepted yet, in their order."""
    return [
        document
        for document in documents.values()
        if AcceptedDocument(document.kind, document.version) not in accepted
    ]
