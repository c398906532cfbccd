"""Terms and privacy (M12)."""

from schema.context import Info
from schema.types.account_life import DocumentsPayload
from schema.types.actors import User
from schema.types.legal import Documents, LegalDocument, accepted_in
from services.accounts import legal_documents


def legal_documents_in_force(info: Info) -> list[LegalDocument]:
    """The terms of use and the privacy policy, in the versions in force."""
    return [LegalDocument.of(item) for item in legal_documents.DOCUMENTS.values()]


async def accept_documents(info: Info, documents: Documents) -> DocumentsPayload:
    """Accept the versions in force; again changes nothing."""
    async with info.context.db.write() as uow:
        key = await legal_documents.accept(uow, info.context.actor, accepted_in(documents))
    row = await info.context.loaders.user.load(key)
    return DocumentsPayload(user=User.of(row) if row else None)
