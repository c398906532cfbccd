"""Terms and privacy policy, and their acceptance (M12, S122)."""

from datetime import date
from typing import Annotated

import strawberry

from domain.accounts.legal import AcceptedDocument, Document
from schema.enums import LegalDocumentKind


@strawberry.type(description="Terms of use or privacy policy, in the version in force.")
class LegalDocument:
    """One text file of the product."""

    kind: LegalDocumentKind = strawberry.field(description="What it is about.")
    version: int = strawberry.field(description="Counts up with each change.")
    since: date = strawberry.field(description="Since when this version is in force.")
    title: str = strawberry.field(description="Its title.")
    text: str = strawberry.field(
        description="Paragraphs; headings begin with `## ` and items of lists with `- `."
    )

    @classmethod
    def of(cls, document: Document) -> "LegalDocument":
        """A document as the graph shows it."""
        return cls(
            kind=document.kind,
            version=document.version,
            since=document.since,
            title=document.title,
            text=document.text,
        )


@strawberry.input(description="A version of a document that is accepted.")
class AcceptedDocumentInput:
    """It has to be the version in force, which the person has been shown."""

    kind: LegalDocumentKind = strawberry.field(description="Which document.")
    version: int = strawberry.field(description="As `legalDocuments` shows it.")

    def accepted(self) -> AcceptedDocument:
        """What the service takes."""
        return AcceptedDocument(self.kind, self.version)


Documents = Annotated[
    list[AcceptedDocumentInput], strawberry.argument(description="What is accepted.")
]
ACCEPTED = (
    "The documents that they were shown and accept with this form; left out, "
    "`User.documentsToAccept` asks later."
)


def accepted_in(form: list[AcceptedDocumentInput] | None) -> tuple[AcceptedDocument, ...]:
    """What a form accepts."""
    return tuple(item.accepted() for item in form or ())
