"""Where a credential comes from, and when the browser's cookie counts."""

import pytest
from starlette.requests import HTTPConnection

from schema.sign_in import COOKIE, is_same_site, may_open_socket
from server.http.authentication import Credential, read_credentials
from settings import Settings

SETTINGS = Settings(
    _env_file=None,
    public_url="https://wedsync.app",
    allowed_origins=("https://admin.wedsync.app",),
)
WITH_COOKIE = {"cookie": f"{COOKIE}=secret", "host": "wedsync.app"}


def connection(**headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "headers": raw})


MALFORMED = Credential(None)


@pytest.mark.parametrize(
    ("header", "credential"),
    [
        ("Bearer secret", Credential("secret")),
        ("bearer  secret ", Credential("secret")),
        ("Bearer", MALFORMED),
        ("Bearer a b", MALFORMED),
        ("secret", MALFORMED),
        ("Token secret", MALFORMED),
        ("Basic c2VjcmV0", None),
        ("", None),
        ("  ", None),
    ],
)
def test_bearer_token_of_the_header(header: str, credential: Credential | None) -> None:
    """SEC2: what is no Bearer token is a credential that is not valid, but for a proxy's Basic."""
    expected = [credential] if credential else []
    assert read_credentials(connection(authorization=header), None, SETTINGS) == expected


def test_api_key_is_a_token() -> None:
    assert read_credentials(connection(x_api_key=" secret "), None, SETTINGS) == [
        Credential("secret")
    ]
    assert read_credentials(connection(x_api_key=""), None, SETTINGS) == []


@pytest.mark.parametrize(
    ("params", "credential"),
    [
        ({"Authorization": "Bearer secret"}, Credential("secret")),
        ({"authorization": "Bearer secret"}, Credential("secret")),
        ({"token": "secret"}, Credential("secret")),
        ({"Authorization": "secret"}, MALFORMED),
        ({"token": 7}, MALFORMED),
        ({"token": None}, Credential("from_header")),
        ({}, Credential("from_header")),
        ({"other": "secret"}, Credential("from_header")),
        (None, Credential("from_header")),
    ],
)
def test_connection_init_comes_before_the_header(
    params: dict[str, object] | None, credential: Credential
) -> None:
    from_header = connection(authorization="Bearer from_header")
    assert read_credentials(from_header, params, SETTINGS)[0] == credential


def test_every_token_that_is_presented_is_checked() -> None:
    """One that is not valid is rejected beside a valid one too."""
    both = connection(authorization="Bearer a", x_api_key="b", **WITH_COOKIE)
    params: dict[str, object] = {"Authorization": "Bearer c", "token": "d"}
    secrets = [item.secret for item in read_credentials(both, params, SETTINGS)]
    assert secrets == ["c", "d", "a", "b"]
    same = connection(authorization="Bearer a", x_api_key="a")
    assert read_credentials(same, None, SETTINGS) == [Credential("a")]


def test_requests_without_a_credential_have_none() -> None:
    assert read_credentials(None, None, SETTINGS) == []
    assert read_credentials(connection(), None, SETTINGS) == []


def test_cookie_counts_where_there_is_no_bearer() -> None:
    cookie = Credential("secret", from_cookie=True)
    assert read_credentials(connection(**WITH_COOKIE), None, SETTINGS) == [cookie]
    proxied = connection(authorization="Basic c3RhZ2U=", **WITH_COOKIE)
    assert read_credentials(proxied, None, SETTINGS) == [cookie]
    malformed = connection(authorization="Bearer", **WITH_COOKIE)
    assert read_credentials(malformed, None, SETTINGS) == [MALFORMED]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "https://wedsync.app",
        "HTTPS://WedSync.app",
        "https://admin.wedsync.app",
        "https://internal.host:8443",
    ],
)
def test_cookie_counts_for_our_own_pages(origin: str | None) -> None:
    headers = WITH_COOKIE | {"host": "internal.host:8443"} | ({"origin": origin} if origin else {})
    assert read_credentials(connection(**headers), None, SETTINGS) == [Credential("secret", True)]


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://wedsync.app",
        "https://wedsync.app.evil.example",
        "https://wedsync.app:8443",
        "http://admin.wedsync.app",
        "null",
        "",
        "https://[broken",
    ],
)
def test_cookie_does_not_count_for_foreign_pages(origin: str) -> None:
    headers = WITH_COOKIE | {"origin": origin}
    assert read_credentials(connection(**headers), None, SETTINGS) == []


def test_cross_site_request_is_foreign_even_without_an_origin() -> None:
    assert not is_same_site(connection(sec_fetch_site="cross-site"), SETTINGS)
    assert is_same_site(connection(sec_fetch_site="same-origin"), SETTINGS)


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        (None, True),  # no browser
        ("https://wedsync.app", True),
        ("https://wedsync.app:443", True),
        ("https://admin.wedsync.app", True),
        ("https://app-1.internal", True),  # the name in Host, over the scheme of PUBLIC_URL
        ("http://app-1.internal", False),
        ("http://wedsync.app", False),
        ("https://wedsync.app:80", False),
        ("null", False),
    ],
)
def test_sockets_open_for_origins_with_the_scheme_of_the_site(
    origin: str | None, is_allowed: bool
) -> None:
    """SEC15: a proxy that ends TLS forwards http; PUBLIC_URL names the scheme of the pages."""
    headers = {"host": "app-1.internal"} | ({"origin": origin} if origin else {})
    assert may_open_socket(connection(**headers), SETTINGS) is is_allowed
    from_allowed = connection(
        host="wedsync.app", origin="https://admin.wedsync.app", sec_fetch_site="cross-site"
    )
    assert may_open_socket(from_allowed, SETTINGS)


def test_bearer_token_works_from_everywhere() -> None:
    headers = {"authorization": "Bearer secret", "origin": "https://evil.example"}
    assert read_credentials(connection(**headers), None, SETTINGS) == [Credential("secret")]
