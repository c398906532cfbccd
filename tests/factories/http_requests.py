"""Random requests as bytes of a connection: usual ones, unusual ones and attacks."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

from services.platform.documents import hash_of

FLAGS = "query Flags($n: Int, $s: String) { featureFlags(first: $n, search: $s) { nodes { key } } }"
FLAG = """query Flag($key: String!, $all: Boolean = true) {
  featureFlag(key: $key) { key enabled @include(if: $all) } }"""
PHASE = "query Phase($id: ID) { launchPhase(id: $id) { key name } }"
VIEW = "query View($d: String) { viewerFlags(deviceId: $d) { etag flags { key value reason } } }"
TWO = "query A { featureFlags(first: 1) { nodes { key } } } query B { viewerFlags { version } }"
NAME = "{ __typename }"
DOCUMENTS = (FLAGS, FLAG, PHASE, VIEW, TWO, NAME)

_VALUES: tuple[object, ...] = (
    *(None, 0, 1, 5, 100, 101, -1, 2**31, 2**63, 2**64 + 1, 10**30, 5.0, 1.5, 1e308, True, False),
    *("", "5", "mvp_chat", "x" * 300, "a\0b", "\ud800", "\u2028", "é", "é", [], [1], [[]], {}),
    *({"a": 1}, ["mvp_chat"], "UGhhc2U6MQ==", "Phase:1"),
)
_HEADERS: tuple[str, ...] = (
    *("Accept: */*", "Accept: application/graphql-response+json", "Accept: text/html", "Accept:"),
    *("Accept: application/json;q=0.1, application/graphql-response+json;q=0.2",),
    *("Accept: text/event-stream", "Accept: text/event-stream, application/json;q=0.5"),
    *("Accept: application/json;q=0", "Accept: multipart/mixed", "Accept: application/*;q=0.3"),
    *("Content-Type: application/json; charset=utf-8", "Content-Type: application/json;"),
    *("Content-Type: APPLICATION/JSON", "Content-Type: text/plain", "Content-Type: application/x"),
    *("Content-Type: application/json; charset=utf-16", "Content-Type: multipart/form-data"),
    *("Origin: https://elsewhere.test", "Origin: null", "Origin: http://launch.test"),
    *("Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate"),
    *("X-Request-Id: caller-12345", "X-Request-Id: no id", "X-Request-Id: " + "x" * 65),
    *("X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 6.6.6.6, 127.0.0.1", "X-Forwarded-For: ,"),
    *("X-Forwarded-For: ::1", "X-Forwarded-For: unknown", "X-Forwarded-For: 2001:db8::1"),
    *("X-Forwarded-Proto: https", "X-Forwarded-Proto: wss", "X-Forwarded-Host: evil.test"),
    *("Forwarded: for=6.6.6.6", "X-HTTP-Method-Override: DELETE", "Content-Encoding: gzip"),
    *("Accept-Encoding: gzip, br", "If-None-Match: *", "Range: bytes=0-5", "TE: trailers"),
    *("Cookie: a=b; c", "Cookie: =;;", "X-Api-Key:", "Authorization: Basic YTpi", "Prefer: x"),
    *("Authorization: Bearer", "Authorization: Token abc", "X-Api-Key: short", "Early-Data: 1"),
    *("Host: other.test", "Host:", "Host: launch.test:80", "Expect: 100-continue", "Expect: x"),
    *("Connection: close", "Connection: keep-alive", "Connection: x-request-id", "Upgrade: h2c"),
    *("Connection: upgrade", "Traceparent: 00-0-0-01", "X-Long: " + "y" * 20_000, "Via: 1.1 x"),
)
_TARGETS: tuple[str, ...] = (
    *("/graphql?", "/graphql?query=%7Bx%7D", "/graphql/", "//graphql", "/%67raphql", "/graphql#x"),
    *("/./graphql", "/x/../graphql", "http://evil.test/graphql", "/GRAPHQL", "/graphql;x", "*"),
    *("/graphql%00", "/graphql%2f", "/graphql?operationName=B&variables=1"),
)
_METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE")
_TEMPLATE = 0.7  # how often a part of a request is as usual


class RandomRequest(NamedTuple):
    """The bytes of a request, and what was chosen, to be shown where responses differ."""

    data: bytes
    choices: str


class RequestGenerator:
    """Makes requests for documents that the server knows."""

    def __init__(self, seed: int, credentials: Sequence[str]) -> None:
        """`credentials` are headers, valid or not; half of the requests have the first one."""
        self._random, self._credentials = Random(seed), credentials

    def make(self) -> RandomRequest:
        """Return the next request."""
        body, lines, target = self._body(), self._lines(), "/graphql"
        method, version = "POST", "HTTP/1.1"
        if self._is_unusual(0.06):
            target = self._random.choice(_TARGETS)
        if self._is_unusual(0.03):
            method = self._random.choice(_METHODS)
        if self._is_unusual(0.03):
            version = self._random.choice(("HTTP/1.0", "HTTP/1.2", "http/1.1"))
        framing, payload = self._frame(body)
        head = "\r\n".join([f"{method} {target} {version}", *lines, *framing])
        choices = f"{head}\n{payload[:300]!r}"
        return RandomRequest(head.encode("utf-8") + b"\r\n\r\n" + payload, choices)

    def _is_unusual(self, share: float) -> bool:
        return self._random.random() < share

    def _lines(self) -> list[str]:
        lines = ["Host: launch.test", "Content-Type: application/json", "Accept: application/json"]
        if self._is_unusual(0.5):
            return [*lines, self._credentials[0]]
        if self._is_unusual(0.8):
            lines.append(self._random.choice(self._credentials))
        for _ in range(self._random.choice((0, 0, 0, 1, 1, 2, 3))):
            line = self._random.choice((*_HEADERS, *self._credentials))
            name = line.partition(":")[0].lower()
            if self._is_unusual(_TEMPLATE):  # instead of the usual one, else beside it
                lines = [item for item in lines if item.partition(":")[0].lower() != name]
            lines.insert(self._random.randrange(len(lines) + 1), line)
        return [item for item in lines if item]

    def _frame(self, body: bytes) -> tuple[list[str], bytes]:
        """Return the headers that state where the body ends, and the body as it is sent."""
        length = f"Content-Length: {len(body)}"
        if not self._is_unusual(0.1):
            return [length], body
        middle = len(body) // 2
        parts = [part for part in (body[:middle], body[middle:]) if part]
        chunked = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        return self._random.choice(
            (
                (["Transfer-Encoding: chunked"], chunked),
                (["Transfer-Encoding: chunked", length], chunked),
                (["Transfer-Encoding: gzip, chunked"], chunked),
                (["Transfer-Encoding: identity", length], body),
                ([length, length], body),
                ([length, f"Content-Length: {len(body) + 1}"], body),
                ([f"Content-Length: +{len(body)}"], body),
                ([f"Content-Length: 0{len(body)}"], body),
                ([length, "X-Folded: a\r\n b"], body),
                ([length, "X-Space : a"], body),
            )
        )

    def _body(self) -> bytes:
        parameters = self._parameters()
        kind = self._random.random()
        if kind < 0.9:
            return json.dumps(parameters).encode()
        if kind < 0.92:
            return json.dumps([parameters]).encode()
        text = json.dumps(parameters)
        twice = json.dumps({**parameters, "query": FLAGS})[:-1] + "," + text[1:]
        return self._random.choice(
            (
                b"\xef\xbb\xbf" + text.encode(),
                text.encode() + b"\n\t ",
                text.encode() + b"{}",
                text.encode("utf-16"),
                twice.encode(),
                text.encode().replace(b'"query"', b'"\\u0071uery"'),
                b"\xff" + text.encode(),
                text.encode()[:-1],
                b"",
            )
        )

    def _parameters(self) -> dict[str, Any]:
        document = self._random.choice(DOCUMENTS)
        parameters: dict[str, Any] = {"query": document}
        if self._is_unusual(_TEMPLATE):
            parameters["variables"] = self._variables(document)
        if document == TWO:
            parameters["operationName"] = self._random.choice(("A", "B", "B", "C", "", None))
        elif self._is_unusual(0.1):
            parameters["operationName"] = self._random.choice(
                (None, "", "Flags", "View", "Nothing", 5, [], "x" * 1_000)
            )
        if self._is_unusual(0.15):
            self._add_extensions(parameters, document)
        if self._is_unusual(0.04):
            parameters[self._random.choice(("id", "batch", "Query", "map"))] = 1
        if self._is_unusual(0.04):
            parameters["query"] = self._random.choice((document + " ", "", None, 5, "{", "\0"))
        return parameters

    def _variables(self, document: str) -> object:
        if self._is_unusual(0.05):
            return self._random.choice((None, [], "x", 5, "{}"))
        names = [name for name in ("n", "s", "key", "all", "id", "d") if f"${name}:" in document]
        chosen = {name: self._random.choice(_VALUES) for name in names if self._is_unusual(0.8)}
        if "key" in names and self._is_unusual(0.6):
            chosen["key"] = "mvp_chat"
        if self._is_unusual(0.05):
            chosen["unused"] = self._random.choice((*_VALUES, [1] * 1_001, ["x"] * 900))
        return chosen

    def _add_extensions(self, parameters: dict[str, Any], document: str) -> None:
        right = {"version": 1, "sha256Hash": hash_of(document)}
        persisted: object = self._random.choice(
            (right, {**right, "sha256Hash": "0" * 64}, {**right, "version": 2}, 5, None, {}, [])
        )
        parameters["extensions"] = self._random.choice(
            ({"persistedQuery": persisted}, {"persistedQuery": right}, {}, None, 5, [], {"a": [1]})
        )
        if self._is_unusual(0.5):
            parameters.pop("query", None)
        if self._is_unusual(0.2):
            parameters["documentId"] = self._random.choice(
                (f"sha256:{hash_of(document)}", "sha256:0", "x", 5, None)
            )
