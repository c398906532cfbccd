"""`/metrics` of many processes at one port, and of workers (F8)."""

import asyncio
import os
import signal
from collections.abc import Mapping

import httpx2
import psutil  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

from tests.support.command import RunningCommand, wait_until_ready
from tests.support.http import http_client
from tests.support.servers import free_port
from tests.support.two_servers import LIST, TwoServers
from tests.support.waiting import until


async def get(port: int, path: str) -> httpx2.Response:
    """Over a connection of its own: any of the processes takes it."""
    async with http_client() as client:
        return await client.get(f"http://127.0.0.1:{port}{path}")


async def scrape(port: int) -> Mapping[str, float]:
    answer = await get(port, "/metrics")
    assert answer.status_code == 200, answer.text
    return {
        f"{sample.name}{dict(sorted(sample.labels.items()))}": sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def processes_of(running: RunningCommand) -> list[psutil.Process]:
    """Those that serve: the others of multiprocessing have no listener."""
    children = psutil.Process(running.process.pid).children(recursive=True)
    return [child for child in children if is_serving(child)]


def is_serving(child: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(child.cmdline())
    except psutil.Error:  # it has ended
        return False


async def test_every_scrape_covers_all_processes(site: TwoServers) -> None:
    port = free_port()
    with site.launch.running("serve", "--workers", "2", "--port", str(port)) as running:
        await asyncio.to_thread(wait_until_ready, f"http://127.0.0.1:{port}")

        async def both_serve() -> bool:
            return "launch_websockets{'process': '1'}" in await scrape(port)

        await until(both_serve)
        for _ in range(20):
            await site.ask(port, LIST)
        counted = "launch_requests_total{}"

        async def all_are_counted() -> bool:  # a second later at most, whoever is asked
            return {(await scrape(port))[counted] for _ in range(12)} == {20}

        await until(all_are_counted)

        victim = processes_of(running)[0]
        os.kill(victim.pid, signal.SIGKILL)
        seen = []

        async def is_replaced() -> bool:
            try:
                metrics = await scrape(port)
            except httpx2.HTTPError:
                return False
            seen.append(metrics[counted])
            return (
                victim.pid not in [child.pid for child in processes_of(running)]
                and {
                    "launch_websockets{'process': '0'}",
                    "launch_websockets{'process': '1'}",
                }
                <= metrics.keys()
            )

        await until(is_replaced)
        assert set(seen) == {20}


async def test_workers_serve_metrics_at_their_port(site: TwoServers) -> None:
    port = free_port()
    with site.launch.with_env(WORKER_PORT=str(port)).running("worker") as running:
        await asyncio.to_thread(wait_until_ready, f"http://127.0.0.1:{port}")
        assert (await get(port, "/healthz")).text == "ok"
        ready = (await get(port, "/readyz")).json()
        assert (ready["database"], ready["queue"], ready["causes"]) == (True, True, {})

        async def has_worked() -> bool:
            metrics = await scrape(port)
            return (
                metrics.get("launch_task_runs_total{'kind': 'heartbeat', 'outcome': 'done'}", 0) > 0
            )

        await until(has_worked)
        metrics = await scrape(port)
        assert metrics["launch_queue_connected{}"] == 1
        assert [name for name in metrics if name.startswith("launch_build_info")] != []
        async with http_client() as client:
            bent = await client.get(
                f"http://127.0.0.1:{port}/metrics", headers={"host": "evil.example"}
            )
        assert bent.status_code == 403
        running.end(signal.SIGTERM)
    assert running.process.returncode == 0
    assert "Traceback" not in running.output


def test_a_taken_port_stops_the_worker_with_a_reason(site: TwoServers) -> None:
    ended = site.launch.with_env(WORKER_PORT=str(site.ports[0])).run_unchecked("worker")
    assert ended.code == 1
    assert "set WORKER_HOST or WORKER_PORT" in ended.err
