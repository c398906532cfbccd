"""`launch webhooks` against a server, and a real worker that delivers (A46)."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from commands.phases import launch_file
from commands.webhooks import webhooks
from server.graph import schema
from tests.factories.webhooks import FLAGS, SECRET, Receiver
from tests.support.command import Launch
from tests.support.two_servers import TwoServers, set_flag
from tests.support.waiting import until


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
async def admin(site: TwoServers) -> Launch:
    url = f"http://127.0.0.1:{site.ports[0]}"
    return site.launch.with_env(LAUNCH_URL=url, LAUNCH_TOKEN=await site.log_in())


async def test_a_worker_delivers_a_webhook_created_by_command(
    site: TwoServers, admin: Launch, receiver: Receiver, tmp_path: Path
) -> None:
    document, secret = tmp_path / "events.graphql", tmp_path / "secret"
    document.write_text(FLAGS)
    secret.write_text(SECRET)
    words = ("--document", str(document), "--secret-file", str(secret))
    await asyncio.to_thread(admin, "webhooks", "create", receiver.url, *words)
    (hook,) = await asyncio.to_thread(admin.json, "webhooks", "list")
    with site.launch.running("worker"):
        token = await site.log_in()
        for on in (True, False):
            await set_flag(site, token, on)

        async def has_heard() -> bool:
            return len(receiver.received) >= 1

        await until(has_heard, 60)
    assert all(item.signed for item in receiver.received)
    newest = (await asyncio.to_thread(admin.json, "webhooks", "deliveries", hook["id"]))[-1]
    assert (newest["delivered"], newest["attempts"], newest["status"]) == (True, 1, 204)
    await asyncio.to_thread(admin, "webhooks", "pause", hook["id"])
    await asyncio.to_thread(admin, "webhooks", "delete", hook["id"], "--yes")
    assert await asyncio.to_thread(admin.json, "webhooks", "list") == []


async def test_a_launch_is_exported_and_imported(admin: Launch, tmp_path: Path) -> None:
    """Requirement A52."""
    file = tmp_path / "launch.yaml"
    file.write_text(await asyncio.to_thread(admin, "export"))
    assert await asyncio.to_thread(admin.json, "plan", str(file)) == []
    changed = file.read_text().replace("Realtime updates", "Live updates")
    file.write_text(changed + "- {key: afterwards, name: Afterwards, steps: [{percentage: 5}]}\n")
    assert (await asyncio.to_thread(admin.run_unchecked, "plan", str(file), "--check")).code == 3
    steps = await asyncio.to_thread(admin.json, "plan", str(file))
    assert [(step["kind"], step["create"]) for step in steps] == [("phase", True)]
    await asyncio.to_thread(admin, "apply", str(file), "--yes")
    assert (await asyncio.to_thread(admin.run_unchecked, "plan", str(file), "--check")).code == 0
    file.write_text(file.read_text().replace("Afterwards, steps", "Afterwards, colour: red, steps"))
    refused = await asyncio.to_thread(admin.run_unchecked, "plan", str(file), "--check")
    assert (refused.code, "colour" in refused.err) == (1, True)


def test_the_documents_match_the_schema() -> None:
    graph = build_schema(schema.as_str())
    documents = [
        text
        for module in (webhooks, launch_file)
        for text in vars(module).values()
        if isinstance(text, str) and re.match(r"\s*(query|mutation)\b", text)
    ]
    assert len(documents) == 11
    assert [error for text in documents for error in validate(graph, parse(text))] == []
