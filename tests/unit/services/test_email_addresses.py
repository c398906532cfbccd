"""E-mail addresses (SEC3, SEC13)."""

from email import policy
from email.parser import BytesParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import Invalid, LaunchError
from services.mail.email_addresses import is_address, parse_address, parse_mailbox


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("anna@example.com", "anna@example.com"),
        (" anna@example.com ", "anna@example.com"),
        ("Anna.Long+tag@Example.COM", "Anna.Long+tag@Example.COM"),
        ("o'brien/x=y@sub.example.co.uk", "o'brien/x=y@sub.example.co.uk"),
        ("anna@münchen.de", "anna@xn--mnchen-3ya.de"),
        ("anna@MÜNCHEN.de", "anna@xn--mnchen-3ya.de"),
        ("anna@mu\u0308nchen.de", "anna@xn--mnchen-3ya.de"),
        ("anna@xn--mnchen-3ya.de", "anna@xn--mnchen-3ya.de"),
    ],
)
def test_address_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert parse_address(typed) == stored
    assert is_address(stored)


@pytest.mark.parametrize(
    "typed",
    [
        "a,victim@example.com",
        "=?utf-8?q?admin=40corp.example=2C?=z@example.com",
        "mailto:x@example.com",
        "<v@example.com>",
        "<v>@example.com",
        "a b@example.com",
        '"a b"@example.com',
        "a@b@example.com",
        "a;b@example.com",
        "a(x)@example.com",
        "a\\b@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        "é@example.com",
        "a\u200b@example.com",
        "a@ex\u200bample.com",
        "a\u202e@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a\x00@example.com",
        "@example.com",
        "a@",
        "a",
        "",
        "a@localhost",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "a@-x.com",
        "a@x-.com",
        "a@x..com",
        "a@x.com.",
        "a@x_y.com",
        "a@xn--a.com",
        "a@" + "x" * 64 + ".com",
        "x" * 65 + "@example.com",
        "a@" + "x.".join([""] * 130) + "com",
    ],
)
def test_an_ambiguous_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_address(typed, ("input", "email"))
    assert refused.value.path == ("input", "email")


_PARTS = st.sampled_from(
    [
        "a",
        "B",
        ".",
        ",",
        "@",
        "=?",
        "?=",
        "utf-8?q?",
        "=40",
        "<",
        ">",
        '"',
        ":",
        ";",
        "\u200b",
        "ü",
        "-",
        "xn--",
        " ",
    ]
)


@given(st.lists(_PARTS, max_size=14).map("".join), st.sampled_from(["example.com", "münchen.de"]))
@example("=?utf-8?q?a=40b?=", "example.com")
def test_mail_library_reads_every_accepted_address_as_itself(local: str, domain: str) -> None:
    try:
        address = parse_address(f"{local}@{domain}")
    except Invalid:
        return
    message = BytesParser(policy=policy.SMTP).parsebytes(f"To: {address}\r\n\r\n".encode("ascii"))
    assert [item.addr_spec for item in message["To"].addresses] == [address]


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("launch@wedsync.app", "", "launch@wedsync.app"),
        ("WedSync Launch <launch@wedsync.app>", "WedSync Launch", "launch@wedsync.app"),
        ("WedSync, Inc. <launch@wedsync.app>", "WedSync, Inc.", "launch@wedsync.app"),
        ('"WedSync, Inc." <launch@wedsync.app>', "WedSync, Inc.", "launch@wedsync.app"),
        ("Blumen für Söhne <launch@münchen.de>", "Blumen für Söhne", "launch@xn--mnchen-3ya.de"),
    ],
)
def test_sender_is_a_name_and_an_address(text: str, name: str, address: str) -> None:
    mailbox = parse_mailbox(text)
    assert (mailbox.name, mailbox.address) == (name, address)


@pytest.mark.parametrize(
    "text", ["", "WedSync", "a@x.com, b@x.com", "A <a@x.com>, B <b@x.com>", "A\nB <a@x.com>"]
)
def test_sender_is_one_mailbox(text: str) -> None:
    with pytest.raises(LaunchError):
        parse_mailbox(text)
