"""Run uvicorn over the app, with the limits that the graph is made for."""

import logging
import os
import sys
from contextlib import suppress
from logging.config import dictConfig
from tempfile import TemporaryDirectory

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from commands.platform import trusted_proxies
from commands.platform.logs import log_config
from commands.shared.db_access import check_at_start
from commands.shared.environment import own_settings
from commands.shared.errors import CommandError
from devserver.runner import CannotRun, child_environment, free_port
from server.http.protocol import HeaderLimitProtocol
from setting_names import deprecations
from settings import Settings

logger = logging.getLogger("launch.serve")

MAX_BYTES = 1_000_000  # of one message on a websocket
GRACE_SECONDS = 5
# Longer than a proxy keeps a connection: one that we close may just be sending a request over it.
KEEP_ALIVE_SECONDS = 20


def run(host: str | None, port: int | None, workers: int) -> None:
    """Serve until a signal comes; raises Problem where it cannot start."""
    settings = _settings(host, port)
    check_at_start(settings)
    # The processes that uvicorn starts build the app by themselves: from this environment.
    os.environ.update(child_environment(settings))
    # uvloop looks names up in four threads for all; a name server that stalls would take them.
    os.environ.setdefault("UV_THREADPOOL_SIZE", "64")
    dictConfig(log_config(settings))
    logger.info("serving %s with %d process(es)", settings.base_url, workers)
    for deprecation in deprecations(settings.old_names):
        logger.warning("%s", deprecation)
    if warning := trusted_proxies.problem(settings):
        logger.warning("%s", warning)
    if workers == 1:
        _serve(settings, workers)
        return
    with TemporaryDirectory(prefix="launch-metrics-") as folder:
        os.environ["METRICS_DIR"] = folder  # their counters add up here
        _serve(settings, workers)


class _Parent(Multiprocess):
    """The process that starts those that serve."""

    def terminate_all(self) -> None:
        """Keep no listener: people would connect to it when all have closed theirs."""
        super().terminate_all()
        for listener in self.sockets:
            listener.close()


def _serve(settings: Settings, workers: int) -> None:
    config = uvicorn.Config(
        "commands.platform.draining:application",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=workers,
        loop="uvloop",
        http=HeaderLimitProtocol,
        ws="server.websocket.protocol:WebSocketProtocol",
        ws_max_size=MAX_BYTES,
        # Compression triples the memory of a socket.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        log_config=log_config(settings),
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=trusted_proxies.allowed(settings),
    )
    if workers > 1:
        _Parent(config, sockets=[config.bind_socket()]).run()
        return
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def _settings(host: str | None, port: int | None) -> Settings:
    settings = own_settings("database_url", "redis_url")
    changes = {"host": host, "port": port}
    settings = settings.model_copy(
        update={name: value for name, value in changes.items() if value is not None}
    )
    try:
        return settings.model_copy(update={"port": free_port(settings)})
    except CannotRun as error:
        raise CommandError(str(error)) from error
