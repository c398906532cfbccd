"""Requests to webhook URLs with characters beyond ASCII (A46)."""

from collections.abc import AsyncIterator
from socket import AddressFamily

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from services.webhooks.sending import Sender
from tests.factories.webhooks import LOCAL, Receiver, create_webhook_payload
from tests.support.graphql import GraphQLClient


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


class Names(AbstractResolver):
    """Resolves every name to this machine, and keeps the names."""

    def __init__(self) -> None:
        self.names: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        """Return 127.0.0.1."""
        self.names.append(host)
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("host", "path", "name", "line"),
    [
        ("bücher.example", "/hök?ü=ß", "xn--bcher-kva.example", "/h%C3%B6k?%C3%BC=%C3%9F"),
        ("Bücher。example", "/", "xn--bcher-kva.example", "/"),
        ("faß.example", "/%C3%B6/a%2Fb", "xn--fa-hia.example", "/%C3%B6/a%2Fb"),
        ("books.example", "/a%2fb|c", "books.example", "/a%2fb|c"),
    ],
)
async def test_urls_beyond_ascii_are_sent_as_http_wants_them(
    receiver: Receiver, host: str, path: str, name: str, line: str
) -> None:
    resolver = Names()
    send = Sender(LOCAL, resolver=resolver)
    outcome = await send(f"http://{host}:{receiver.port}{path}", {}, b"{}")
    assert (outcome.error, resolver.names) == (None, [name])
    (request,) = receiver.received
    assert request.target == line
    assert request.headers["host"] == f"{name}:{receiver.port}"


@pytest.mark.parametrize(
    "url", ["http://a..ü.example/", "http://xn--ü.example/", f"http://{'ü' * 70}.example/"]
)
async def test_hosts_that_are_no_domain_names_are_refused(
    webhook_admin: GraphQLClient, url: str
) -> None:
    payload = await create_webhook_payload(webhook_admin, url)
    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["url"])
