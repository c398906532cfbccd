"""An invitation through a real SMTP server: text and HTML, and no copy of the link is kept."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr
from sqlalchemy import select

from db.models.mail import Mail
from db.session import Database
from domain.actors import ANONYMOUS
from domain.marketplace.invitation_emails import Inviting, invitation
from jobs.mail import send_mail
from services.mail.mail import post
from settings import Settings
from tests.support.servers import free_port
from tests.unit.domain.builders import NOW

LINK = "https://wedme.test/accept/a-code"


class Inbox:
    """Takes every e-mail."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 OK"


async def test_the_email_has_text_and_html_parts(db: Database, settings: Settings) -> None:
    inbox, port = Inbox(), free_port()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    smtp = settings.model_copy(update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}")})
    email = invitation(
        "emma@example.com",
        Inviting("Söhne\r\nBcc: x@y.z", "Emma & James", LINK, NOW, f"{LINK}/stop"),
    )
    async with db.write() as uow:
        mail_id = await post(uow, ANONYMOUS, email)
    await send_mail(db, smtp, mail_id)
    server.stop()
    message = message_from_bytes(inbox.taken[0], policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert (message["Bcc"], message["Subject"]) == (None, email.subject)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert LINK in text.get_content()
    assert f'href="{LINK}"' in html.get_content()
    async with db.read() as session:
        row = (await session.scalars(select(Mail))).one()
    assert (row.body, row.html) == ("", None)
