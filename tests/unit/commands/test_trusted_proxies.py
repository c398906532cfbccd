"""Which address is a caller's, over one hop, two hops and none (F6)."""

import pytest
from starlette.types import Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from commands.platform.trusted_proxies import allowed, problem
from setting_names import BadSettings
from settings import Settings, load_settings


def settings(**values: object) -> Settings:
    return load_settings(_env_file=None, **values)


async def caller(peer: str, proxies: str, *headers: tuple[str, str]) -> str:
    """As the app sees it under `launch serve`."""
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["client"][0])

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    async def ignore(_message: Message) -> None:
        return None

    raw = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "client": (peer, 4711), "headers": raw, "scheme": "http"}
    wrapped = ProxyHeadersMiddleware(app, allowed(settings(trusted_proxies=proxies)))  # type: ignore[arg-type]
    await wrapped(scope, nothing, ignore)  # type: ignore[arg-type]
    return seen[0]


XFF = "x-forwarded-for"
NET = "172.30.0.0/24"


@pytest.mark.parametrize(
    ("peer", "proxies", "headers", "expected"),
    [
        ("172.30.0.5", NET, [(XFF, "203.0.113.9")], "203.0.113.9"),
        # What a client claims stands to the left of what proxies have added.
        ("172.30.0.5", NET, [(XFF, "10.9.9.9, 203.0.113.9")], "203.0.113.9"),
        ("172.30.0.5", NET, [(XFF, "172.30.0.9, 203.0.113.9")], "203.0.113.9"),
        ("172.30.0.5", NET, [(XFF, "<script>, 203.0.113.9")], "203.0.113.9"),
        # Two hops: both are named, and the inner one has added the outer.
        ("172.30.0.5", f"{NET},192.0.2.10", [(XFF, "203.0.113.9, 192.0.2.10")], "203.0.113.9"),
        ("172.30.0.5", f"{NET}, 192.0.2.10", [(XFF, "6.6.6.6, 203.0.113.9,192.0.2.10")],
         "203.0.113.9"),
        # In two headers, as some proxies do it.
        ("172.30.0.5", f"{NET},192.0.2.10", [(XFF, "203.0.113.9"), (XFF, "192.0.2.10")],
         "203.0.113.9"),
        # Two hops of which one is not named: it counts as the caller.
        ("172.30.0.5", NET, [(XFF, "203.0.113.9, 192.0.2.10")], "192.0.2.10"),
        # Whoever is no proxy claims what he wants.
        ("203.0.113.9", NET, [(XFF, "10.0.0.1")], "203.0.113.9"),
        # IPv6, with brackets and ports; and IPv4 as a socket for both families names it.
        ("fd00::5", "fd00::/64", [(XFF, "2001:db8::9")], "2001:db8::9"),
        ("fd00::5", "fd00::/64", [(XFF, "[2001:db8::9]:443")], "2001:db8::9"),
        ("fd00::5", "FD00:0::5", [(XFF, "2001:db8::9, fd00::5")], "2001:db8::9"),
        ("::ffff:172.30.0.5", NET, [(XFF, "203.0.113.9")], "203.0.113.9"),
        # RFC 7239 is not read.
        ("172.30.0.5", NET, [("forwarded", "for=203.0.113.9")], "172.30.0.5"),
        ("172.30.0.5", NET, [("forwarded", "for=6.6.6.6"), (XFF, "203.0.113.9")], "203.0.113.9"),
        ("172.30.0.5", NET, [(XFF, "")], "172.30.0.5"),
        ("127.0.0.1", "127.0.0.1", [], "127.0.0.1"),
    ],
)  # fmt: skip
async def test_the_caller_is_the_first_from_the_right_that_is_no_proxy(
    peer: str, proxies: str, headers: list[tuple[str, str]], expected: str
) -> None:
    assert await caller(peer, proxies, *headers) == expected


@pytest.mark.parametrize("proxies", ["nginx", "172.30.0.1/24", "10.0.0.1,", "10.0.0.0/8 10.1.1.1"])
def test_a_proxy_that_cannot_be_read_is_refused(proxies: str) -> None:
    with pytest.raises(BadSettings, match="TRUSTED_PROXIES"):
        settings(trusted_proxies=proxies)


def test_the_start_warns_of_what_is_likely_wrong() -> None:
    far = {"public_url": "https://launch.example.com", "host": "0.0.0.0"}
    assert "TRUSTED_PROXIES" in str(problem(settings(**far)))
    assert "TRUSTED_PROXIES" in str(problem(settings(trusted_proxies="*")))
    assert problem(settings(**far, trusted_proxies=NET)) is None
    assert problem(settings(public_url="https://launch.example.com")) is None
    assert problem(settings()) is None
