"""One layout, two brands, the same words in both forms."""

import re

import pytest

from domain.accounts import account_emails
from domain.mail.email import Email, MailKind
from domain.mail.email_layout import BRANDS, Button, Words, write
from domain.platform.platforms import Platform

LINK = "https://launch.test/x?token=a&b=c"
EVIL = '<img src="https://evil.test/x">'


def composed(platform: Platform = Platform.WEDME, text: str = "Hello") -> Email:
    words = Words(f"{text}\r\nBcc: x@y.z", (text,), Button("Open", LINK), "Or leave it.")
    return write(MailKind.OTHER, platform, "emma@example.com", words)


@pytest.mark.parametrize("platform", Platform)
def test_an_email_says_whose_it_is(platform: Platform) -> None:
    email, brand = composed(platform), BRANDS[platform]
    assert email.body.endswith(f"\n\n{brand.name}\n")
    assert brand.name in str(email.html)
    assert brand.color in str(email.html)


def test_emails_load_no_external_resources() -> None:
    assert not re.findall(r"<(?:img|link|script|style)|url\(", str(composed().html))


def test_text_and_html_contain_the_link_and_the_footer() -> None:
    email = composed()
    assert f"Open:\n{LINK}" in email.body
    assert 'href="https://launch.test/x?token=a&amp;b=c"' in str(email.html)
    assert "Or leave it." in email.body
    assert "Or leave it." in str(email.html)


def test_user_text_is_escaped() -> None:
    email = composed(text=EVIL)
    assert EVIL in email.body
    assert "<img" not in str(email.html)
    assert len(email.subject.splitlines()) == 1


def test_emails_of_the_account_hold_their_links() -> None:
    reset = account_emails.password_reset(Platform.WEDSYNC, "emma@example.com", LINK)
    assert (reset.kind, LINK in reset.body) == (MailKind.PASSWORD_RESET, True)
    for write_ in (account_emails.password_changed, account_emails.somebody_signed_up):
        assert (
            "https://launch.test/forgot-password"
            in write_(Platform.WEDME, "emma@example.com", "https://launch.test").body
        )
