"""The public API as people use it: one address behind two processes, and a note of every call."""

import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import time
from typing import Any, Self

import httpx2

Json = Any
# What the product counts as a failure of its own.
FAULTS = frozenset({"INTERNAL", "DEPENDENCY_DOWN", "DEADLINE_EXCEEDED"})


@dataclass(frozen=True, slots=True)
class Call:
    """One request; not answered: its connection was refused or broke."""

    name: str
    at: float
    seconds: float
    answered: bool
    codes: tuple[str, ...] = ()

    @property
    def at_fault(self) -> bool:
        """Whether the product failed, rather than refused."""
        return not FAULTS.isdisjoint(self.codes)

    @property
    def done(self) -> bool:
        """Answered, and nothing was wrong."""
        return self.answered and not self.codes


class Failed(Exception):
    """No answer, or one with errors; `codes` are theirs."""

    def __init__(self, name: str, codes: Sequence[str], detail: object) -> None:
        super().__init__(f"{name}: {detail}")
        self.codes = tuple(codes)


class Api:
    """Asks the processes in turn, and the next one where a connection is refused: a proxy."""

    def __init__(self, ports: Sequence[int], seconds: float) -> None:
        """`seconds`: after so long without an answer there is none."""
        self.calls: list[Call] = []
        self._ports, self._seconds = ports, seconds
        self._turn = 0
        self._stack = AsyncExitStack()
        self._clients: dict[int, httpx2.AsyncClient] = {}

    async def __aenter__(self) -> Self:
        for port in self._ports:
            self._clients[port] = await self._stack.enter_async_context(
                httpx2.AsyncClient(
                    base_url=f"http://127.0.0.1:{port}",
                    trust_env=False,
                    timeout=self._seconds,
                    limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20),
                )
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def ask(
        self,
        document: str,
        token: str | None = None,
        *,
        address: str | None = None,
        port: int | None = None,
        **variables: object,
    ) -> Json:
        """The only root field of an operation; raises Failed where anything is wrong with it.

        `address`: where the caller sits, as the proxy says it.
        """
        data = await self.ask_all(document, token, address=address, port=port, **variables)
        (payload,) = data.values()
        return payload

    async def ask_all(
        self,
        document: str,
        token: str | None = None,
        *,
        address: str | None = None,
        port: int | None = None,
        **variables: object,
    ) -> Json:
        """The same of several root fields."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        if address:
            headers["x-forwarded-for"] = address
        name, begin = _name(document), time()
        body = {"query": document, "variables": variables}
        try:
            answer = await self._post(port, body, headers)
        except (httpx2.HTTPError, OSError) as error:
            self.calls.append(Call(name, begin, time() - begin, answered=False))
            raise Failed(name, (), repr(error)) from error
        return self._taken(name, begin, answer)

    async def _post(self, port: int | None, body: Json, headers: dict[str, str]) -> Json:
        for choice in (port,) if port else self._in_turn():
            try:
                client = self._clients[choice]
                client.cookies.clear()  # who logged in last is not who asks now
                answer = await client.post("/graphql", json=body, headers=headers)
                return answer.json()
            except httpx2.ConnectError as error:
                refused = error
        raise refused

    def _in_turn(self) -> list[int]:
        self._turn += 1
        first = self._turn % len(self._ports)
        return [*self._ports[first:], *self._ports[:first]]

    def _taken(self, name: str, begin: float, answer: Json) -> Json:
        errors, data = answer.get("errors") or [], answer.get("data") or {}
        codes = [str(error["extensions"]["code"]) for error in errors]
        payloads = [payload for payload in data.values() if isinstance(payload, dict)]
        refused = [error for payload in payloads for error in payload.get("errors") or ()]
        codes += [str(error["code"]) for error in refused]
        self.calls.append(Call(name, begin, time() - begin, answered=True, codes=tuple(codes)))
        if codes:
            raise Failed(name, codes, errors or refused)
        return data


def _name(document: str) -> str:
    match = re.search(r"(?:query|mutation|subscription)\s+(\w+)", document)
    return match.group(1) if match else "anonymous"
