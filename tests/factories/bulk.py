"""Bulk invitations over the API."""

from typing import Any

from db.session import Database
from domain.ids import parse_global_id, parse_uuid
from services.marketplace.bulk_sending import send_due
from settings import Settings
from tests.support.graphql import GraphQLClient

BULK = """
  id status heldBy stoppedAt finishedAt
  progress { total sent waiting notSent stopped withinADay lastAt }
  items { position status reason notBefore client { coupleNames status } invitation { status } }
"""
INVITE_CLIENTS = f"""
mutation ($input: InviteClientsInput!) {{
  inviteClients(input: $input) {{ bulkInvitation {{ {BULK} }} errors {{ code message path }} }}
}}
"""
STOP = f"""
mutation ($id: ID!) {{
  stopBulkInvitation(id: $id) {{ bulkInvitation {{ {BULK} }} errors {{ code message path }} }}
}}
"""
NEWEST = f"{{ viewer {{ supplier {{ id bulkInvitation {{ {BULK} }} }} }} }}"


async def start_bulk(client: GraphQLClient, **command: object) -> Any:  # noqa: ANN401 - JSON
    """Start a bulk invitation, which must succeed, and return it as JSON."""
    payload = (await client.data(INVITE_CLIENTS, input=command))["inviteClients"]
    assert payload["errors"] == []
    return payload["bulkInvitation"]


async def newest_bulk(client: GraphQLClient) -> Any:  # noqa: ANN401 - JSON
    """Return the newest bulk invitation of a supplier."""
    return (await client.data(NEWEST))["viewer"]["supplier"]["bulkInvitation"]


async def run_sending_job(db: Database, settings: Settings, bulk: Any) -> None:  # noqa: ANN401 - JSON
    """Run the sending job of a bulk invitation."""
    _, key = parse_global_id(bulk["id"]) or ("", "")
    row_id = parse_uuid(key)
    assert row_id is not None
    await send_due(db, settings, row_id)
