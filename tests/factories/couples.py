"""The two accounts of a couple, over the API, for tests."""

import re
from dataclasses import dataclass
from typing import Any

from db.session import Database
from domain.mail.email import MailKind
from tests.factories.mail import emails_of_kind
from tests.support.graphql import GraphQLClient

_ERRORS = "errors { code message path }"
_INVITATION = f"invitation {{ id status channel email acceptUrl expiresAt }} {_ERRORS}"
_PREVIEW = """status inviter maskedEmail needsEmail expiresAt
  partner1Name partner2Name weddingDate"""
INVITE = f"""mutation ($input: InviteToCoupleInput!) {{
  inviteToCouple(input: $input) {{ {_INVITATION} }} }}"""
REVOKE = f"mutation ($id: ID!) {{ revokeCoupleInvitation(id: $id) {{ {_INVITATION} }} }}"
PREVIEW = f"query ($code: String!) {{ coupleInvitation(code: $code) {{ {_PREVIEW} }} }}"
DECLINE = f"""mutation ($code: String!) {{ declineCoupleInvitation(code: $code) {{
  invitation {{ status }} {_ERRORS} }} }}"""
JOIN = f"""mutation ($input: AcceptCoupleInvitationInput!) {{
  acceptCoupleInvitation(input: $input) {{
    couple {{ id members {{ id email isViewer }} setup {{ percentComplete }} }}
    session {{ accessToken user {{ email couple {{ id }} }} }}
    alreadyAccepted {_ERRORS} }} }}"""
REMOVE = f"""mutation ($id: ID!) {{ removeCoupleMember(id: $id) {{
  couple {{ id members {{ email }} }} {_ERRORS} }} }}"""
OWN_COUPLE = """{ viewer { email couple { id partner1Name partner2Name weddingDate
  members { id email isViewer } partnerInvitation { id status acceptUrl }
  partnerships { nodes { id supplier { id } } } } } }"""
JAMES = "james@example.com"


@dataclass(frozen=True)
class Partners:
    """Two people who plan one wedding."""

    emma: GraphQLClient
    james: GraphQLClient


async def invite(client: GraphQLClient, email: str | None = None, **more: object) -> Any:  # noqa: ANN401 - JSON
    """Invite a partner; the whole payload."""
    return (await client.data(INVITE, input={"email": email, **more}))["inviteToCouple"]


async def invite_code(client: GraphQLClient, email: str | None = None) -> str:
    """The code of the link that an invitation shows."""
    payload = await invite(client, email)
    assert payload["errors"] == []
    return str(payload["invitation"]["acceptUrl"]).rpartition("/join/")[2]


async def mailed_code(db: Database) -> str:
    """The code of the newest e-mail."""
    match = re.search(r"/join/(\S+)", (await emails_of_kind(db, MailKind.INVITATION))[-1].body)
    assert match is not None
    return match[1]


async def join(client: GraphQLClient, code: str, **more: object) -> Any:  # noqa: ANN401 - JSON
    """Accept; the whole payload."""
    return (await client.data(JOIN, input={"code": code, **more}))["acceptCoupleInvitation"]


async def partners(emma: GraphQLClient, email: str = JAMES) -> Partners:
    """Both, after the second has joined the first with a new account."""
    code = await invite_code(emma)
    payload = await join(emma.as_(None), code, email=email)
    assert payload["errors"] == []
    return Partners(emma, emma.as_(payload["session"]["accessToken"]))


async def own_couple(client: GraphQLClient) -> Any:  # noqa: ANN401 - JSON
    """The couple as one of them sees it."""
    return (await client.data(OWN_COUPLE))["viewer"]["couple"]


async def member_id(client: GraphQLClient, *, own: bool) -> str:
    """The id of the caller's own membership, or of that of their partner."""
    members = (await own_couple(client))["members"]
    return next(str(item["id"]) for item in members if item["isViewer"] is own)


async def remove(client: GraphQLClient, *, own: bool) -> Any:  # noqa: ANN401 - JSON
    """Leave, or remove the partner; the whole payload."""
    key = await member_id(client, own=own)
    return (await client.data(REMOVE, id=key))["removeCoupleMember"]
