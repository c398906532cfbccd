"""Names that cannot be looked up: an outage with a cause, in every direction (item 9)."""

from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import select

from app import create_app, running
from db.models.mail import Mail
from db.session import Database
from domain.actors import ANONYMOUS, Role
from domain.mail.email import Email
from jobs.mail import send_mail
from services.mail import mail
from services.webhooks.sending import Sender
from settings import Settings
from tests.factories import user_sessions
from tests.factories.health import PROBES
from tests.factories.launches import make_flag
from tests.factories.webhooks import LOCAL
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

HOST = "no-such-host.invalid"  # RFC 2606: nobody will ever have it


async def test_an_unresolvable_database_is_an_outage(
    settings: Settings, clock: Clock, redis: Redis
) -> None:
    url = f"postgresql+asyncpg://launch@{HOST}/launch"
    app = create_app(settings.model_copy(update={"database_url": url}), clock, PROBES)
    async with running(app.state.runtime):
        client = GraphQLClient(app)
        ready = await client.raw("GET", "/readyz")
        answer = await client.execute("{ featureFlags { totalCount } }")
    assert ready.status_code == 503
    assert ready.json()["causes"]["database"] == "the database does not answer"
    assert answer.codes in (["DEPENDENCY_DOWN"], ["UNAUTHENTICATED"], ["FORBIDDEN"])


async def test_an_unresolvable_redis_does_not_fail_changes(
    settings: Settings, clock: Clock, db: Database
) -> None:
    update = {"redis_url": f"redis://{HOST}:6379/0"}
    app = create_app(settings.model_copy(update=update), clock, PROBES)
    async with running(app.state.runtime):
        admin = GraphQLClient(app, await user_sessions.create_session(db, Role.ADMIN))
        await make_flag(admin, "mvp_chat")
        ready = await admin.raw("GET", "/readyz")
    assert ready.status_code == 200
    assert ready.json()["realtime"] is False
    assert "Redis" in ready.json()["causes"]["realtime"]


async def test_emails_wait_while_the_mail_server_is_unresolvable(
    settings: Settings, db: Database
) -> None:
    async with db.write() as uow:
        key = await mail.post(uow, ANONYMOUS, Email("sarah@example.com", "Hello", "Words.\n"))
    smtp = SecretStr(f"smtp://{HOST}:25")
    await send_mail(db, settings.model_copy(update={"smtp_url": smtp}), key)
    async with db.read() as session:
        row = (await session.scalars(select(Mail))).one()
    assert (row.sent_at, row.failed_at, row.attempts) == (None, None, 1)
    assert row.next_attempt_at is not None


async def test_an_unresolvable_webhook_is_a_failed_delivery_without_secrets() -> None:
    outcome = await Sender(LOCAL)(f"http://{HOST}/hook/s3cr3t-path", {}, b"{}")
    assert outcome.status is None
    assert outcome.error
    assert "s3cr3t" not in outcome.error
