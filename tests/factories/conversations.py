"""Connected partners and their messages, over the API."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain.ids import parse_global_id
from tests.factories.marketplace import UPDATE, accept_invitation, add_and_invite
from tests.support.graphql import GraphQLClient

MESSAGE = "id position revision side text sentAt isHidden hiddenReason isMine"
CONVERSATION = "id title isOpen lastActivityAt lastPosition revision readPosition unreadCount"
SEND = f"""mutation ($input: SendMessageInput!) {{
  sendMessage(input: $input) {{
    message {{ {MESSAGE} }} errors {{ code message path retryAfterSeconds }} }} }}"""
READ = f"""mutation ($input: MarkConversationReadInput!) {{
  markConversationRead(input: $input) {{
    conversation {{ {CONVERSATION} }} errors {{ code message path }} }} }}"""
_REASON = "($input: MessageReasonInput!)"
_PAYLOAD = f"message {{ {MESSAGE} }} errors {{ code message path }}"
REPORT = f"mutation {_REASON} {{ reportMessage(input: $input) {{ {_PAYLOAD} }} }}"
HIDE = f"mutation {_REASON} {{ hideMessage(input: $input) {{ {_PAYLOAD} }} }}"
SHOW = f"mutation {_REASON} {{ showMessage(input: $input) {{ {_PAYLOAD} }} }}"
_MODERATED = "id messageId reportedText reason resolvedAt outcome supplierId coupleId"
DISMISS = f"""mutation ($input: DismissMessageReportInput!) {{
  dismissMessageReport(input: $input) {{
    report {{ {_MODERATED} }} errors {{ code message path }} }} }}"""
REPORTS = f"""query ($open: Boolean) {{ messageReports(isOpen: $open) {{
  totalCount nodes {{ {_MODERATED} message {{ {MESSAGE} }}
    supplierName coupleNames }} }} }}"""
LIST = f"""{{ conversations {{ unreadConversations
  nodes {{ {CONVERSATION} lastMessage {{ {MESSAGE} }} partnership {{ id }} }} }} }}"""
THREAD = f"""query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {{
  node(id: $id) {{ ... on Conversation {{ {CONVERSATION}
    messages(first: $first, after: $after, last: $last, before: $before) {{
      nodes {{ {MESSAGE} }} edges {{ cursor }}
      pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }} }}"""


@dataclass(frozen=True)
class Pair:
    """A connected supplier and couple."""

    supplier: GraphQLClient
    couple: GraphQLClient
    id: str  # id of the conversation
    client_id: str
    partnership_id: str

    @property
    def key(self) -> UUID:
        """Return the id of the partnership row."""
        parts = parse_global_id(self.partnership_id)
        assert parts is not None
        return UUID(parts[1])

    async def end(self) -> None:
        """End the partnership by archiving the client."""
        sent = {"id": self.client_id, "archived": True}
        assert (await self.supplier.data(UPDATE, input=sent))["updateClient"]["errors"] == []


async def connect_pair(
    supplier: GraphQLClient, couple: GraphQLClient, names: str = "Emma & James"
) -> Pair:
    """Connect a supplier and a couple by an invitation."""
    sent = await add_and_invite(supplier, names)
    done = await accept_invitation(couple, sent)
    partnership = done["partnership"]["id"]
    document = "query ($id: ID!) { node(id: $id) { ... on Partnership { conversation { id } } } }"
    data = await couple.data(document, id=partnership)
    conversation = data["node"]["conversation"]["id"]
    return Pair(supplier, couple, conversation, sent.client_id, partnership)


async def send_message_payload(
    client: GraphQLClient, conversation: str, text: str, key: str = ""
) -> Any:  # noqa: ANN401 - JSON
    """Send a message and return the payload."""
    sent = {"conversationId": conversation, "text": text, "idempotencyKey": key or uuid4().hex}
    return (await client.data(SEND, input=sent))["sendMessage"]


async def send_message(client: GraphQLClient, conversation: str, text: str) -> Any:  # noqa: ANN401 - JSON
    """Send a message that must succeed and return it."""
    payload = await send_message_payload(client, conversation, text)
    assert payload["errors"] == []
    return payload["message"]


async def mark_read(client: GraphQLClient, conversation: str, position: int) -> Any:  # noqa: ANN401 - JSON
    """Mark a conversation as read and return the payload."""
    sent = {"conversationId": conversation, "position": position}
    return (await client.data(READ, input=sent))["markConversationRead"]
