"""MAIL_FROM and ADMIN_EMAIL are checked at the start (SEC4)."""

import pytest

from services.mail.email_addresses import parse_address, parse_mailbox
from setting_names import BadSettings
from settings import load_settings

USABLE = (
    "launch@wedsync.app",
    "WedSync, Inc. <launch@wedsync.app>",
    "Blumen für Sie <a@xn--mnchen-3ya.de>",
)
BROKEN = (
    "WedSync",
    "a@b.co, c@d.co",
    "A <a@b.co>, B <c@d.co>",
    "A\r\nBcc: x <a@b.co>",
    "A <a,b@c.co>",
    "A <a@localhost>",
)


@pytest.mark.parametrize("sender", USABLE)
def test_sender_is_taken_and_can_be_used(sender: str) -> None:
    mail_from = load_settings(_env_file=None, mail_from=sender).mail_from
    assert parse_mailbox(mail_from).address.endswith((".app", ".de"))


@pytest.mark.parametrize("sender", BROKEN)
def test_sender_that_breaks_every_mail_is_named_at_the_start(sender: str) -> None:
    with pytest.raises(BadSettings, match="MAIL_FROM"):
        load_settings(_env_file=None, mail_from=sender)


def test_first_admin_has_an_address() -> None:
    with pytest.raises(BadSettings, match="ADMIN_EMAIL"):
        load_settings(_env_file=None, admin_email="a,b@example.com")
    admin = load_settings(_env_file=None, admin_email="Admin@Example.com").admin_email
    assert parse_address(admin) == admin
