"""`launch up`, `serve` and `worker`: the long-running processes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.errors import CommandError

if TYPE_CHECKING:
    from socket import socket

    from settings import Settings

# The path works from any folder, in a checkout and installed.
_CLI = Path(__file__).resolve().parents[2] / "cli.py"

Host = Annotated[str | None, typer.Option(help="The address to listen on. Default: HOST.")]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="The port; 0 is any. Default: PORT.")
]
Workers = Annotated[
    int, typer.Option(min=1, max=64, help="The number of processes that share the port.")
]


def up() -> None:
    """Start database, cache, app and worker on this machine. Ctrl-C stops them."""
    from commands.platform import bootstrap  # noqa: PLC0415 - heavy

    raise typer.Exit(bootstrap.run([_child("serve"), _child("worker")]))


def serve(host: Host = None, port: Port = None, workers: Workers = 1) -> None:
    """Serve the app: GraphQL, its streams and the pages."""
    from commands.platform import serving  # noqa: PLC0415 - heavy

    serving.run(host, port, workers)


def worker() -> None:
    """Run jobs, health checks and ramps; any number of workers may run, on any machine."""
    import asyncio  # noqa: PLC0415
    import logging  # noqa: PLC0415
    from logging.config import dictConfig  # noqa: PLC0415

    from commands.platform import worker_port  # noqa: PLC0415 - heavy
    from commands.platform.logs import log_config  # noqa: PLC0415
    from commands.shared.db_access import check_at_start  # noqa: PLC0415
    from commands.shared.environment import own_settings  # noqa: PLC0415 - heavy
    from jobs.loop import NameLoop  # noqa: PLC0415
    from setting_names import deprecations  # noqa: PLC0415

    settings = own_settings("database_url", "redis_url")
    check_at_start(settings, needs_session=True)  # the queue listens
    dictConfig(log_config(settings))
    for deprecation in deprecations(settings.old_names):
        logging.getLogger("launch.worker").warning("%s", deprecation)
    listener = worker_port.listen(settings)
    try:
        with asyncio.Runner(loop_factory=NameLoop) as runner:
            runner.run(_work(settings, listener))
    except ValueError as error:
        raise CommandError(str(error)) from error


async def _work(settings: "Settings", listener: "socket | None") -> None:
    from functools import partial  # noqa: PLC0415

    from commands.platform import worker_port  # noqa: PLC0415 - heavy
    from commands.platform.lazy_graph import LazyGraph  # noqa: PLC0415
    from jobs.worker import run_worker  # noqa: PLC0415 - heavy
    from services.platform.telemetry import collecting  # noqa: PLC0415

    async with collecting(settings, "worker"), LazyGraph(settings) as graph:
        port = partial(worker_port.answering, listener) if listener else None
        await run_worker(settings, documents=graph.documents, beside=port)


def _child(command: str) -> list[str]:
    return [sys.executable, str(_CLI), command]
