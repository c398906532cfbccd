"""The product on `/metrics`: what is shown, what a scrape costs, nothing that is old (F8)."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis
from starlette.applications import Starlette

from app import create_app, running
from db.queries.product_figures import STATEMENTS
from db.session import Database, StatementCounter
from domain.actors import system_actor
from domain.incidents.incidents import Severity
from services.incidents.incidents import IncidentDraft, open_incident
from services.overview.product_figures import KEPT_SECONDS, ProductFigures
from settings import Settings
from tests.factories.health import PROBES, Health
from tests.factories.launches import make_phase
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.servers import dead_port

HERE = {"host": "127.0.0.1:8000"}
SIGN_UP = """mutation {
  signUp(input: {userType: SUPPLIER, email: "anna@example.com", password: "three dogs in a boat"}) {
    errors { code } } }"""


async def scrape(client: GraphQLClient) -> Mapping[str, float]:
    """Each series with its value, as a parser of Prometheus reads it."""
    answer = await client.raw("GET", "/metrics", headers=HERE)
    assert answer.status_code == 200
    return {
        f"{sample.name}{dict(sorted(sample.labels.items()))}": sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_product_figures_are_exported(
    health: Health, admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await make_phase(admin)
    draft = IncidentDraft(type="test", severity=Severity.HIGH, title="Wrong", description="It is.")
    async with db.write() as uow:
        await open_incident(uow, system_actor("test"), draft)
    await visitor.data(SIGN_UP)
    metrics = await scrape(admin)
    assert metrics["launch_product_read_success{}"] == 1
    assert metrics["launch_product_read_age_seconds{}"] < KEPT_SECONDS
    assert metrics["launch_phases{'status': 'planned'}"] == 1
    assert metrics["launch_phases{'status': 'active'}"] == 0
    assert metrics["launch_incidents_open{'severity': 'high'}"] == 1
    assert metrics["launch_incidents_open{'severity': 'critical'}"] == 0
    assert metrics["launch_alert_messages{'state': 'waiting'}"] == 0
    assert metrics["launch_mails_open{'state': 'untried'}"] == 1
    assert metrics["launch_jobs{'kind': 'mail.send', 'state': 'waiting'}"] == 1
    assert metrics["launch_webhook_lag_events{}"] == 0
    assert metrics["launch_sign_ups_total{'user_type': 'supplier'}"] == 1
    assert metrics["launch_sign_ups_total{'user_type': 'couple'}"] == 0
    states = [name for name, value in metrics.items() if "health_status" in name and value]
    assert len(states) == 5
    assert [name for name in metrics if name.startswith("launch_build_info")] != []


async def test_scrapes_share_one_reading(app: Starlette, admin: GraphQLClient) -> None:
    """Whoever asks and how often: each reading is kept for some seconds."""
    await scrape(admin)
    counter = StatementCounter(app.state.runtime.db)
    for _ in range(5):
        await scrape(admin)
    counter.stop()
    assert counter.statements == []


async def test_readings_are_renewed_and_state_their_age(app: Starlette, db: Database) -> None:
    runtime, now = app.state.runtime, [0.0]
    figures = ProductFigures(runtime.db, runtime.health, 60, monotonic=lambda: now[0])
    first, age = await figures.look()
    assert (first.rows is not None, age) == (True, 0)
    assert first.rows is not None
    assert set(first.rows) == set(STATEMENTS)
    now[0] = KEPT_SECONDS - 1
    assert await figures.look() == (first, KEPT_SECONDS - 1)
    now[0] = KEPT_SECONDS
    repeated, age = await figures.look()
    assert (repeated is first, age) == (False, 0)


async def test_old_figures_are_not_exported_without_a_database(
    redis: Redis, settings: Settings, clock: Clock
) -> None:
    url = f"postgresql+asyncpg://launch@127.0.0.1:{dead_port()}/launch"
    app = create_app(settings.model_copy(update={"database_url": url}), clock, PROBES)
    async with running(app.state.runtime):
        metrics = await scrape(GraphQLClient(app))
    assert metrics["launch_product_read_success{}"] == 0
    assert [name for name in metrics if name.partition("{")[0] in STATEMENTS] == []
    assert metrics["launch_requests_total{}"] == 0
