"""Where webhooks may go, how they are signed, when they are tried again (A46)."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Invalid
from domain.webhooks.webhooks import (
    RETRY_DELAYS,
    Allowed,
    Outcome,
    check_url,
    is_private_host,
    is_public,
    next_attempt,
    sign,
    signing_key,
)

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
STRICT, LAX = Allowed(), Allowed(plain_http=True, private_addresses=True)


@pytest.mark.parametrize(
    "url", ["https://example.com", "https://example.com:8443/a?b=c", "https://8.8.8.8/x"]
)
def test_public_urls_over_tls_are_taken(url: str) -> None:
    assert check_url(url, STRICT) == url


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.com", "/a", "http://example.com", "ftp://example.com", "file:///etc/passwd"),
        *("https://", "https://:443", "https://a b.com", "https://example.com/\n", "https://[::1"),
        *("https://user:pass@example.com", "https://example.com/#a", "https://example.com:99999"),
        *("https://localhost", "https://LOCALHOST.", "https://api.localhost", "https://printer"),
        *("https://127.0.0.1", "https://10.1.2.3", "https://169.254.169.254/latest/meta-data"),
        *("https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://[fe80::1%25eth0]/"),
        *("https://0177.0.0.1", "https://0x7f.0.0.1/", "https://127.1", "https://00000177.0.0.1"),
        *("https://①②⑦.⓪.⓪.①/", "https://example.com.0x", "https://1.2.3.4.5"),
        *("https://metadata.google.internal", "https://example.com/" + "x" * 2_000),
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_url(url, STRICT)
    assert refused.value.path == ("url",)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/x", "https://localhost", "http://[::1]"])
def test_settings_may_allow_more(url: str) -> None:
    assert check_url(url, LAX) == url


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *(("8.8.8.8", True), ("2606:4700:4700::1111", True), ("64:ff9b::808:808", True)),
        *(("0.0.0.0", False), ("127.8.9.1", False), ("10.0.0.1", False), ("172.16.0.1", False)),
        *(("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False)),
        *(("224.0.0.1", False), ("255.255.255.255", False), ("198.18.0.1", False)),
        *(
            ("::", False),
            ("::1", False),
            ("fe80::1", False),
            ("fc00::1", False),
            ("ff02::1", False),
        ),
        *(("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False)),
        *(("::127.0.0.1", False), ("2001:0:4136:e378:8000:63bf:80ff:fffe", False)),
    ],
)
def test_addresses_of_the_open_internet(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public
    assert is_private_host(address) is not public


def test_a_signature_is_that_of_standard_webhooks() -> None:
    """The example of its specification."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_plain_text_is_a_key_too() -> None:
    assert signing_key("sixteen letters!") == b"sixteen letters!"


@pytest.mark.parametrize(
    "secret", ["", "short", "x" * 201, "whsec_not base64 !!", "whsec_c2hvcnQ=", "whsec_é" * 4]
)
def test_weak_secrets_are_refused(secret: str) -> None:
    with pytest.raises(Invalid) as refused:
        signing_key(secret)
    assert refused.value.path == ("secret",)


def test_each_failure_waits_longer_and_the_last_for_ever() -> None:
    waits = [next_attempt(failures, NOW) for failures in range(1, len(RETRY_DELAYS) + 1)]
    assert waits == sorted(waits, key=lambda at: at or NOW)
    assert waits[0] == NOW + timedelta(seconds=5)
    assert next_attempt(len(RETRY_DELAYS) + 1, NOW) is None


def test_an_outcome_says_what_it_was() -> None:
    assert Outcome(204, None, 3).delivered
    assert not Outcome(500, "HTTP status 500", 3).delivered
    assert Outcome(410, "HTTP status 410", 3).final
