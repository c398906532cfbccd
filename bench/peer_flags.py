"""All flags of one visitor: `viewerFlags` and the frontend API of Unleash."""

import json
import time
from collections.abc import Iterable

import httpx2

from bench.client import Client, checked, get
from bench.figures import Figure, figure, ratio
from bench.launches import FLAGS, admin, flag_key, make_flags
from bench.peers import installed
from bench.queries import VIEWER_FLAGS
from bench.run import Run
from bench.stack import HOST, Process

_ADMIN, _FRONTEND = "*:*.bench-admin", "*:development.bench-frontend"
_PROJECT = "/api/admin/projects/default/features"


def measure(run: Run) -> Iterable[Figure]:
    """The same number of flags, half of them split by percentage; 500 visitors take turns."""
    folder = installed(run.tell)
    with run.stack() as stack:
        app = stack.serve()
        with admin(stack, app) as client:
            make_flags(client, FLAGS)
        with Client(app.port) as client:
            requests = [
                client.operation(VIEWER_FLAGS, device=f"device-{number}") for number in range(500)
            ]
            checked(client.send(requests[0])[1])
            own = list(_measure_server(run, "launch, viewerFlags", app, client, requests))
            new = [
                client.operation(VIEWER_FLAGS, device=f"new-{number}")
                for number in range(run.some(2_200))
            ]
            first = list(
                _measure_server(run, "launch, each visitor for the first time", app, client, new)
            )
        yield from own
        yield from first
        run.tell("starting Unleash")
        unleash = stack.peer("unleash", folder)
        _make_flags(run, unleash)
        with Client(unleash.port) as client:
            requests = [_frontend(number) for number in range(500)]
            flags = json.loads(client.send(requests[0])[1])
            assert flags["toggles"], flags
            other = list(_measure_server(run, "Unleash, frontend API", unleash, client, requests))
        yield from other
        yield ratio("  Unleash's p99 / ours", other[0].p99, own[0].p99)
        yield ratio("  Unleash's CPU / ours", other[1].p50, own[1].p50)


def _measure_server(
    run: Run, name: str, server: Process, client: Client, requests: list[bytes]
) -> Iterable[Figure]:
    run.tell(name)
    ahead, count = run.some(200), run.some(2_000)
    for request in requests[:ahead]:
        client.send(request)
    before, begin = server.cpu_seconds(), time.perf_counter()
    trips = [
        client.send(requests[number % len(requests)])[0] * 1e3
        for number in range(ahead, ahead + count)
    ]
    seconds, used = time.perf_counter() - begin, server.cpu_seconds() - before
    yield figure(f"{name}, {FLAGS} flags", "ms", trips)
    yield figure("  its CPU a request", "ms", [used / count * 1e3])
    yield figure("  requests a second, one connection", "1/s", [count / seconds])


def _frontend(number: int) -> bytes:
    path = f"/api/frontend?userId=device-{number}"
    return get(path).replace(b"\r\n\r\n", f"\r\nauthorization: {_FRONTEND}\r\n\r\n".encode())


def _make_flags(run: Run, server: Process) -> None:
    base = f"http://{HOST}:{server.port}"
    with httpx2.Client(base_url=base, headers={"authorization": _ADMIN}, trust_env=False) as admin:
        for index in range(FLAGS):
            run.tell(f"Unleash: flag {index + 1} of {FLAGS}")
            name = flag_key(index)
            _check_created(admin.post(_PROJECT, json={"name": name, "type": "release"}))
            place = f"{_PROJECT}/{name}/environments/development"
            rollout = {"rollout": "37" if index % 2 else "100", "stickiness": "default"}
            strategy = {"name": "flexibleRollout", "parameters": {**rollout, "groupId": name}}
            _check_created(admin.post(f"{place}/strategies", json=strategy))
            _check_created(admin.post(f"{place}/on"))
    time.sleep(12)  # its frontend API looks for changes every ten seconds


def _check_created(answer: httpx2.Response) -> None:
    if answer.status_code >= 300:
        raise RuntimeError(f"Unleash: {answer.status_code} {answer.text[:200]}")
