"""Two server processes with their own database and cache, which tests may stop and kill."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devserver.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.support.clock import PATIENCE
from tests.support.clusters import copy_template
from tests.support.command import Launch, wait_until_ready
from tests.support.http import http_client
from tests.support.servers import free_port

EMAIL, PASSWORD = "operator@wedsync.app", "a long enough password"
KEY = "mvp_realtime_updates"
VIEWER = "{ viewerFlags { flags { key value reason } } }"
LIST = "{ featureFlags { totalCount } }"
TOGGLE = """mutation ($key: String!, $on: Boolean!) {
  toggleFeatureFlag(input: {key: $key, enabled: $on}) { errors { code message } } }"""
LOG_IN = """mutation ($email: EmailAddress!, $password: String!) {
  logIn(email: $email, password: $password) { session { accessToken } } }"""
FLAGS = "subscription ($keys: [String!]) { featureFlags(keys: $keys) { key enabled version } }"


@dataclass(frozen=True, slots=True)
class TwoServers:
    """Two servers and the database and cache that they share."""

    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    launch: Launch
    ports: tuple[int, int]
    _tokens: list[str] = field(default_factory=list)

    async def ask(
        self, port: int, query: str, token: str | None = None, **variables: object
    ) -> Any:  # noqa: ANN401 - JSON
        """Send an operation to one of the servers and return its response."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        async with http_client() as client:
            answer = await client.post(
                f"http://127.0.0.1:{port}/graphql",
                json={"query": query, "variables": variables},
                headers=headers,
            )
        return answer.json()

    async def log_in(self) -> str:
        """Return an operator's token; log-ins are limited, so all tests share it."""
        if not self._tokens:
            response = await self.ask(self.ports[0], LOG_IN, email=EMAIL, password=PASSWORD)
            self._tokens.append(response["data"]["logIn"]["session"]["accessToken"])
        return self._tokens[0]

    async def over_ofrep(self, port: int, token: str, key: str = KEY) -> dict[str, Any]:
        """Return the response to an OpenFeature client."""
        async with http_client() as client:
            answer = await client.post(
                f"http://127.0.0.1:{port}/ofrep/v1/evaluate/flags/{key}",
                json={"context": {"targetingKey": "user_1"}},
                headers={"authorization": f"Bearer {token}"},
            )
        return {"status": answer.status_code, **answer.json()}

    async def reason(self, port: int, key: str = KEY) -> tuple[bool, str]:
        """Return what a visitor gets for a flag, and why."""
        flags = (await self.ask(port, VIEWER))["data"]["viewerFlags"]["flags"]
        flag = next(item for item in flags if item["key"] == key)
        return flag["value"], flag["reason"]


@contextmanager
def start_two_servers(cluster: Path) -> Iterator[TwoServers]:
    """Start real servers and processes that share nothing with other tests."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="launch-")))
        copy_template(cluster, folder / "data")
        postgres, valkey = (
            EmbeddedPostgres(folder / "data", fast=True),
            EmbeddedValkey(folder / "v"),
        )
        postgres.start()
        stack.callback(postgres.stop)
        valkey.start()
        stack.callback(valkey.stop)
        env = {
            "ENVIRONMENT": "test",
            "DRAIN_SECONDS": "0",
            "OPERATION_TIMEOUT_SECONDS": str(PATIENCE),
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "DATA_DIR": str(folder / "unused"),
            "WEBHOOK_PLAIN_HTTP": "true",
            "WEBHOOK_PRIVATE_ADDRESSES": "true",
            "XDG_CONFIG_HOME": str(folder / "config"),
        }
        launch = Launch(folder, env)
        for words in (("demo",), ("admin", "--email", EMAIL, "--password", PASSWORD)):
            launch(*words)
        ports = free_port(), free_port()
        for port in ports:
            stack.enter_context(launch.with_env(PORT=str(port)).running("serve"))
        for port in ports:
            wait_until_ready(f"http://127.0.0.1:{port}")
        yield TwoServers(postgres, valkey, launch, ports)


async def set_flag(site: TwoServers, token: str, on: bool) -> float:
    """Set the flag through the first server; return the time before."""
    begin = time.monotonic()
    answer = await site.ask(site.ports[0], TOGGLE, token, key=KEY, on=on)
    assert answer["data"]["toggleFeatureFlag"]["errors"] == []
    return begin
