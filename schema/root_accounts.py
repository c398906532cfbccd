"""Root fields of accounts, sessions, the staff and API tokens; `schema.root` inherits them."""

import strawberry

from domain.actors import Scope
from resolvers import account_life, accounts, legal, staff
from schema.permissions import mutation, query
from schema.scalars import JSON
from schema.types.account_life import (
    DeleteAccountPayload,
    DocumentsPayload,
    EmailPayload,
    LoginSession,
    UserConnection,
)
from schema.types.accounts import ProfilePayload, SessionPayload, TokenPayload
from schema.types.actors import ApiToken, User
from schema.types.legal import LegalDocument


@strawberry.type
class AccountsQueries:
    """Reads."""

    viewer: User | None = query(accounts.viewer)
    my_sessions: list[LoginSession] = query(account_life.my_sessions, Scope.SELF)
    legal_documents: list[LegalDocument] = query(legal.legal_documents_in_force)
    export_my_data: JSON = query(account_life.export_my_data, Scope.SELF, cost=50)
    staff: UserConnection = query(staff.staff, Scope.TOKENS_ADMIN)
    api_tokens: list[ApiToken] = query(accounts.api_tokens, Scope.TOKENS_ADMIN)


@strawberry.type
class AccountsMutations:
    """Writes."""

    sign_up: SessionPayload = mutation(accounts.sign_up, failed=SessionPayload.failed)
    log_in: SessionPayload = mutation(accounts.log_in, failed=SessionPayload.failed)
    log_out: bool = mutation(accounts.log_out)
    request_password_reset: bool = mutation(accounts.request_password_reset)
    reset_password: SessionPayload = mutation(accounts.reset_password, failed=SessionPayload.failed)
    request_log_in_link: bool = mutation(accounts.request_log_in_link)
    log_in_by_link: SessionPayload = mutation(accounts.log_in_by_link, failed=SessionPayload.failed)
    change_password: ProfilePayload = mutation(
        accounts.change_password, Scope.SELF, failed=ProfilePayload.failed
    )
    accept_documents: DocumentsPayload = mutation(
        legal.accept_documents, Scope.SELF, failed=DocumentsPayload.failed
    )
    revoke_session: bool = mutation(account_life.revoke_session, Scope.SELF)
    revoke_other_sessions: int = mutation(account_life.revoke_other_sessions, Scope.SELF)
    request_email_confirmation: EmailPayload = mutation(
        account_life.request_email_confirmation, Scope.SELF, failed=EmailPayload.failed
    )
    change_email: EmailPayload = mutation(
        account_life.change_email, Scope.SELF, failed=EmailPayload.failed
    )
    confirm_email: EmailPayload = mutation(account_life.confirm_email, failed=EmailPayload.failed)
    delete_my_account: DeleteAccountPayload = mutation(
        account_life.delete_my_account, Scope.SELF, failed=DeleteAccountPayload.failed
    )
    invite_staff: ProfilePayload = mutation(
        staff.invite_staff, Scope.TOKENS_ADMIN, failed=ProfilePayload.failed
    )
    change_staff_role: ProfilePayload = mutation(
        staff.change_staff_role, Scope.TOKENS_ADMIN, failed=ProfilePayload.failed
    )
    disable_account: ProfilePayload = mutation(
        staff.disable_account, Scope.TOKENS_ADMIN, failed=ProfilePayload.failed
    )
    enable_account: ProfilePayload = mutation(
        staff.enable_account, Scope.TOKENS_ADMIN, failed=ProfilePayload.failed
    )
    create_api_token: TokenPayload = mutation(
        accounts.create_api_token, Scope.TOKENS_ADMIN, failed=TokenPayload.failed
    )
    revoke_api_token: TokenPayload = mutation(
        accounts.revoke_api_token, Scope.TOKENS_ADMIN, failed=TokenPayload.failed
    )
