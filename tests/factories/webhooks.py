"""Webhooks to a test receiver, and the delivery part of a worker."""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette

from domain.webhooks.webhooks import Allowed
from schema.context import Runtime
from server.execution.event_documents import EventDocuments
from server.graph import schema
from services.webhooks.delivery import Deliverer
from services.webhooks.documents import OpenDocuments
from services.webhooks.sending import Sender
from tests.factories.propagation import runtime_of
from tests.support.graphql import GraphQLClient
from tests.support.servers import free_port
from tests.support.tcp_servers import TcpServer

SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes of key").decode()
LOCAL = Allowed(plain_http=True, private_addresses=True)
FLAGS = """subscription { launchEvents { cursor
  ... on FlagEvent { diff { key after { enabled } } } } }"""
CREATE = """
mutation ($url: String!, $text: String!, $secret: String!, $dryRun: Boolean!) {
  createWebhook(url: $url, document: $text, secret: $secret, dryRun: $dryRun) {
    webhook { id url document active failures lastCursor pausedReason }
    samplePayload
    errors { code message path }
  }
}
"""
HOOK = "query ($id: ID!) { node(id: $id) { ... on Webhook { active failures pausedReason } } }"
DELIVERIES = """query ($id: ID!) { webhookDeliveries(webhookId: $id) {
  nodes { id messageId delivered attempts status error payload } } }"""


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A received request."""

    headers: dict[str, str]
    body: bytes
    target: str  # path and query, as sent

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON body."""
        return json.loads(self.body)

    @property
    def signed(self) -> bool:
        """Tell whether the signature is valid for the secret."""
        parts = (self.headers["webhook-id"], self.headers["webhook-timestamp"])
        text = ".".join(parts).encode() + b"." + self.body
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        digest = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        return self.headers["webhook-signature"] == f"v1,{digest}"


class Receiver(TcpServer):
    """An HTTP server; responds with `answers` in order, then with 204; 0 sends no response."""

    def __init__(self) -> None:
        super().__init__(free_port())
        self.answers: list[int] = []
        self.received: list[ReceivedRequest] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook/s3cr3t"

    @property
    def keys(self) -> list[str]:
        """Return the flag keys it received, in order."""
        return [item.json["data"]["launchEvents"]["diff"]["key"] for item in self.received]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
        headers = {name.lower(): value for name, _, value in lines}
        body = await reader.readexactly(int(headers["content-length"]))
        status = self.answers.pop(0) if self.answers else 204
        if status < 300:
            self.received.append(ReceivedRequest(headers, body, head.split(" ")[1]))
        location = f"Location: {self.url}\r\n" if 300 <= status < 400 else ""
        writer.write(f"HTTP/1.1 {status} X\r\n{location}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()


def make_deliverer(app: Starlette, *, worker: str = "one", allowed: Allowed = LOCAL) -> Deliverer:
    """Build the delivery part of a worker from the parts of an app."""
    runtime = runtime_of(app)
    return Deliverer(runtime.db, webhook_documents(runtime), Sender(allowed), worker)


def webhook_documents(runtime: Runtime) -> OpenDocuments:
    """Build the documents of webhooks from the parts of an app."""

    async def documents() -> EventDocuments:
        return EventDocuments(schema, runtime)

    return documents


async def create_webhook_payload(
    client: GraphQLClient,
    url: str,
    document: str = FLAGS,
    *,
    secret: str = SECRET,
    dry_run: bool = False,
) -> Any:  # noqa: ANN401 - JSON
    """Return the payload of createWebhook."""
    sent = {"url": url, "text": document, "secret": secret, "dryRun": dry_run}
    return (await client.data(CREATE, **sent))["createWebhook"]


async def create_webhook(client: GraphQLClient, url: str, document: str = FLAGS) -> str:
    """Create a webhook and return its id."""
    payload = await create_webhook_payload(client, url, document)
    assert payload["errors"] == []
    return str(payload["webhook"]["id"])
