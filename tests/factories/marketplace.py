"""Suppliers, clients, invitations and couples over the API."""

from dataclasses import dataclass
from typing import Any

from db.session import Database
from domain.actors import Role
from tests.factories import user_sessions
from tests.support.graphql import GraphQLClient

ADD = """
mutation ($input: AddClientInput!) {
  addClient(input: $input) {
    client { id coupleNames email weddingDate status notes couple { id } invitation { id } }
    warnings errors { code message path }
  }
}
"""
UPDATE = """
mutation ($input: UpdateClientInput!) {
  updateClient(input: $input) {
    client { id coupleNames email weddingDate status notes invitation { status } }
    warnings errors { code message path }
  }
}
"""
_INVITATION = """
    invitation {
      id status channel email acceptUrl expiresAt sentAt openedAt acceptedAt resendCount
      client { id status email } couple { id }
    }
    errors { code message path }
"""
INVITE = f"""
mutation (
  $clientId: ID!, $email: EmailAddress, $channel: InvitationChannel, $days: Int, $key: String
) {{
  inviteClient(
    clientId: $clientId, email: $email, channel: $channel, expiresInDays: $days,
    idempotencyKey: $key
  ) {{ {_INVITATION} }}
}}
"""
RESEND = f"mutation ($id: ID!) {{ resendInvitation(id: $id) {{ {_INVITATION} }} }}"
REVOKE = f"mutation ($id: ID!) {{ revokeInvitation(id: $id) {{ {_INVITATION} }} }}"
PREVIEW = """
query ($code: String!) {
  invitation(code: $code) { status supplierName vendorType maskedEmail needsEmail expiresAt }
}
"""
_SHOWN = "invitation { status supplierName } errors { code message path }"
OPEN = f"mutation ($code: String!) {{ openInvitation(code: $code) {{ {_SHOWN} }} }}"
DECLINE = f"mutation ($code: String!) {{ declineInvitation(code: $code) {{ {_SHOWN} }} }}"
ACCEPT = """
mutation ($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) {
    partnership { id isActive method secondsToConnect supplier { id } couple { id } }
    couple { id partner1Name partner2Name weddingDate onboarding { percentComplete } }
    session { accessToken user { email couple { id } } }
    alreadyAccepted warnings errors { code message path }
  }
}
"""
PROFILE = """
mutation ($input: ProfileInput!) {
  updateProfile(input: $input) {
    user {
      supplier { id businessName vendorType email onboarding { percentComplete currentStep } }
      couple { id partner1Name partner2Name weddingDate onboarding { percentComplete } }
    }
    warnings errors { code message path }
  }
}
"""
SETUP = """
onboarding {
  id percentComplete currentStep stuckAtStep assistanceNeeded assistanceMessage
  firstValueAchieved completedAt steps { key required enabled completedAt secondsSpent }
}
"""
SUPPLIER_SETUP = f"{{ viewer {{ supplier {{ id firstValueAt {SETUP} }} }} }}"
COUPLE_SETUP = f"{{ viewer {{ couple {{ id firstConnectionAt {SETUP} }} }} }}"


@dataclass(frozen=True)
class SentInvitation:
    """A sent invitation with the code of the link that was shown."""

    id: str
    client_id: str
    code: str


async def new_supplier(visitor: GraphQLClient, db: Database) -> GraphQLClient:
    """Return a client of another supplier."""
    return visitor.as_(await user_sessions.create_session(db, Role.SUPPLIER))


async def new_couple(visitor: GraphQLClient, db: Database) -> GraphQLClient:
    """Return a client of a couple."""
    return visitor.as_(await user_sessions.create_session(db, Role.COUPLE))


async def add_client(supplier: GraphQLClient, names: str = "Emma & James", **more: object) -> Any:  # noqa: ANN401 - JSON
    """Add a client and return it."""
    answer = await supplier.data(ADD, input={"coupleNames": names, **more})
    assert answer["addClient"]["errors"] == []
    return answer["addClient"]["client"]


async def add_and_invite(
    supplier: GraphQLClient, names: str = "Emma & James", email: str | None = None, **more: object
) -> SentInvitation:
    """Add a client and invite it."""
    client = await add_client(supplier, names)
    answer = await supplier.data(INVITE, clientId=client["id"], email=email, **more)
    payload = answer["inviteClient"]
    assert payload["errors"] == []
    return SentInvitation(
        payload["invitation"]["id"], client["id"], code_in(payload["invitation"]["acceptUrl"])
    )


async def accept_invitation(visitor: GraphQLClient, sent: SentInvitation, **more: object) -> Any:  # noqa: ANN401 - JSON
    """Accept an invitation, which must succeed, and return the payload."""
    answer = await visitor.data(ACCEPT, input={"code": sent.code, **more})
    assert answer["acceptInvitation"]["errors"] == []
    return answer["acceptInvitation"]


def code_in(url: str) -> str:
    """Return the code of a link."""
    return url.rpartition("/accept/")[2]
