"""The terms and the privacy policy in force, and their acceptance by people (M12, ADR 40)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from db.drafts import Audit
from db.queries import accounts
from db.queries import legal as queries
from db.session import Database, UnitOfWork
from domain.accounts import legal as rules
from domain.accounts.legal import AcceptedDocument, Document, LegalDocumentKind
from domain.actors import Actor, Role
from domain.errors import ConsentRequired, Forbidden
from domain.events.legal import DocumentsAccepted
from domain.ids import UserId

_FOLDER = Path(__file__).parent / "legal"

# The files are the only source: a new version has a new number and date at the top.
DOCUMENTS: Mapping[LegalDocumentKind, Document] = {
    kind: rules.parse(kind, (_FOLDER / f"{kind}.md").read_text(encoding="utf-8"))
    for kind in LegalDocumentKind
}


async def accept(uow: UnitOfWork, actor: Actor, documents: Sequence[AcceptedDocument]) -> UUID:
    """Record that the caller accepts; repeating it changes nothing. Returns the id of the user.

    Raises Forbidden for staff and tools, Invalid for a version that is not in force.
    """
    if actor.user_id is None or actor.role not in (Role.SUPPLIER, Role.COUPLE):
        raise Forbidden("Only suppliers and couples accept these documents.")
    check(documents, ("documents",))
    await keep(uow, actor, actor.user_id, documents)
    return actor.user_id


def check(documents: Sequence[AcceptedDocument], path: tuple[str, ...]) -> None:
    """Raise Invalid for a version that is not in force."""
    rules.check_accepted(documents, DOCUMENTS, path)


def pending(accepted: Collection[AcceptedDocument]) -> list[Document]:
    """Return the documents in force that an account has not accepted yet."""
    return rules.pending(DOCUMENTS, accepted)


async def require_consent(
    db: Database, actor: Actor, operation: str, now: datetime, grace: timedelta
) -> None:
    """Raise ConsentRequired where the caller must accept documents before this mutation (M12).

    Suppliers and couples only. Nothing is read while no version is old enough.
    """
    if operation not in rules.HELD_MUTATIONS or actor.user_id is None:
        return
    if actor.role not in (Role.SUPPLIER, Role.COUPLE) or rules.is_in_grace(DOCUMENTS, now, grace):
        return
    async with db.read() as session:
        user = (await accounts.users_by_id(session, [actor.user_id])).get(actor.user_id)
        if user is None:
            return  # deleted meanwhile; the mutation says so
        accepted = (await queries.accepted_by(session, [user.id])).get(user.id, frozenset())
    missing = rules.overdue(DOCUMENTS, accepted, user.created_at, now, grace)
    if missing:
        raise ConsentRequired([(document.title, document.version) for document in missing])


async def keep(
    uow: UnitOfWork, actor: Actor, user_id: UUID, documents: Sequence[AcceptedDocument]
) -> None:
    """Record the documents that a new account accepts; the caller has checked the versions."""
    if not documents:
        return
    added = await queries.add(uow.session, user_id, documents, uow.now)
    if added:
        names = tuple(sorted(f"{item.kind} {item.version}" for item in added))
        event = DocumentsAccepted(user_id=UserId(user_id), documents=names)
        uow.record(actor, event, Audit(user_id, after={"documents": list(names)}))
