"""From a request to its statements and to the job that follows from it, in one trace."""

import asyncio
import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from db.session import Database
from settings import Settings
from tests.support.collector import Collector, attributes, run_collector
from tests.support.command import Launch, RunningCommand, wait_until_ready
from tests.support.http import http_client
from tests.support.row_deletion import delete_all_rows
from tests.support.servers import dead_port, free_port
from tests.support.waiting import until

RESET = """mutation Reset($email: EmailAddress!) { requestPasswordReset(email: $email) }"""
EMAIL = "somebody@wedsync.app"
JOB = "mail.send"


class Site:
    """A server and a worker that hand their spans to one collector."""

    def __init__(
        self, collector: Collector, url: str, logs: tuple[RunningCommand, RunningCommand]
    ) -> None:
        self.collector = collector
        self.url = url
        self.logs = logs

    async def ask(self, query: str, trace_id: str, **variables: object) -> Any:  # noqa: ANN401 - JSON
        headers = {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"}
        async with http_client() as client:
            body = {"query": query, "variables": variables}
            return (await client.post(f"{self.url}/graphql", json=body, headers=headers)).json()

    def lines(self, trace_id: str) -> list[dict[str, object]]:
        """What both have logged of one trace."""
        for log in self.logs:
            log.wait_for(trace_id)
        text = "".join(log.output for log in self.logs).splitlines()
        return [json.loads(line) for line in text if line.startswith("{") and trace_id in line]


@pytest.fixture
async def site(database: Database, settings: Settings) -> AsyncIterator[Site]:
    await delete_all_rows(database)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="launch-") as name:
        async with run_collector() as collector:
            env = {
                "ENVIRONMENT": "test",
                "LOG_FORMAT": "json",
                "DATABASE_URL": str(settings.database_url),
                "REDIS_URL": str(settings.redis_url),
                "PORT": str(port),
                "SMTP_URL": f"smtp://127.0.0.1:{dead_port()}",
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            }
            launch = Launch(Path(name), env)
            await asyncio.to_thread(launch, "admin", "--email", EMAIL, "--password", "p" * 20)
            url = f"http://127.0.0.1:{port}"
            with launch.running("serve") as server, launch.running("worker") as worker:
                await asyncio.to_thread(wait_until_ready, url)
                yield Site(collector, url, (server, worker))
    await delete_all_rows(database)


async def test_request_statements_and_job_form_one_trace(site: Site) -> None:
    trace_id = secrets.token_hex(16)
    answer = await site.ask(RESET, trace_id, email=EMAIL)
    assert answer["data"] == {"requestPasswordReset": True}
    await until(lambda: has_job(site.collector, trace_id), 20)
    await until(lambda: has_root(site.collector, trace_id), 20)
    check_spans(site.collector, trace_id)
    assert site.collector.parts == {"wedsync-launch:serve", "wedsync-launch:worker"}
    lines = await asyncio.to_thread(site.lines, trace_id)
    request, job = named(lines, "launch.graphql"), named(lines, "launch.jobs")
    assert job["request_id"] == request["request_id"]
    assert (job["entrypoint"], job["attempt"]) == (JOB, 1)
    assert str(job["event_id"]).isdecimal()


def named(lines: list[dict[str, object]], logger: str) -> dict[str, object]:
    return next(line for line in lines if line["logger"] == logger)


async def has_job(collector: Collector, trace_id: str) -> bool:
    return any(span.name == JOB for span in collector.of(trace_id))


async def has_root(collector: Collector, trace_id: str) -> bool:
    return any(span.name == "POST /graphql" for span in collector.of(trace_id))


def check_spans(collector: Collector, trace_id: str) -> None:
    root = next(span for span in collector.of(trace_id) if span.name == "POST /graphql")
    assert root.parent_span_id.hex() == "00f067aa0ba902b7"
    assert attributes(root)["http.response.status_code"] == 200
    (operation,) = collector.below(root)
    assert operation.name == "mutation Reset"
    assert attributes(operation)["graphql.operation.type"] == "mutation"
    statements = [str(attributes(span).get("db.query.text")) for span in collector.below(operation)]
    assert any(text.startswith("INSERT INTO mails") for text in statements)
    job = next(span for span in collector.of(trace_id) if span.name == JOB)
    assert job.parent_span_id == operation.span_id
    assert "SELECT" in [span.name for span in collector.below(job)]
    assert EMAIL not in str(collector.spans)


def test_tracing_is_not_imported_without_a_collector() -> None:
    """Nothing is paid for what nobody uses (redis-py loads the part for metrics by itself)."""
    prefixes = (
        "services.platform.otlp",
        "opentelemetry.sdk.trace",
        "opentelemetry.exporter",
    )
    code = (
        f"import sys, app, jobs.worker; print([m for m in sys.modules if m.startswith({prefixes})])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"
