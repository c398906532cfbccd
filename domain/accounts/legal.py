"""Terms and privacy: documents with a version, and who has accepted which (M12, S122)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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
    """Raises Invalid for a version that is not in force: a newer one was published meanwhile."""
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


# What makes or changes something in the marketplace. Reading, ending, declining, leaving, exporting
# and deleting stay possible without consent.
HELD_MUTATIONS = frozenset(
    {
        "updateProfile",
        "addClient",
        "updateClient",
        "importClients",
        "inviteClient",
        "inviteClients",
        "resendInvitation",
        "inviteToCouple",
        "sendMessage",
    }
)


def is_in_grace(
    documents: Mapping[LegalDocumentKind, Document], now: datetime, grace: timedelta
) -> bool:
    """Whether every version is so new that no account has to have accepted it yet."""
    return all(now < _begin(document) + grace for document in documents.values())


def overdue(
    documents: Mapping[LegalDocumentKind, Document],
    accepted: Collection[AcceptedDocument],
    created_at: datetime,
    now: datetime,
    grace: timedelta,
) -> list[Document]:
    """The documents that an account should have accepted by now.

    The time to do so begins with the version, or with the account where that is newer.
    """
    return [
        document
        for document in pending(documents, accepted)
        if now >= max(_begin(document), created_at) + grace
    ]


def _begin(document: Document) -> datetime:
    return datetime.combine(document.since, time.min, UTC)
