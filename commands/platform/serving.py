"""Runs uvicorn with the limits of the app."""

import logging
import os
import signal
import sys
from contextlib import suppress
from logging.config import dictConfig
from tempfile import TemporaryDirectory

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from commands.platform import trusted_proxies
from commands.platform.draining import PARENT, RETIRE
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
_START_SECONDS = 60  # for a new process to serve, on a busy machine too
# Longer than a proxy keeps a connection, so that we never close one that is sending a request.
KEEP_ALIVE_SECONDS = 20


def run(host: str | None, port: int | None, workers: int) -> None:
    """Serve until a signal; raises CommandError if it cannot start."""
    settings = _settings(host, port)
    check_at_start(settings)
    # The processes that uvicorn starts build the app from this environment.
    os.environ.update(child_environment(settings))
    # uvloop resolves names in four threads by default; a stalled name server would block them all.
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
        os.environ[PARENT] = str(os.getpid())
        _serve(settings, workers)


class _Parent(Multiprocess):
    """The parent of the serving processes; at SIGHUP it replaces them one by one."""

    def restart_all(self) -> None:
        """Each ends once its successor serves: the port is never without a process.

        SIGTERM would let them drain, and `/readyz` of a port that goes on serving would fail.
        Raises nothing: where a successor does not start, the others go on as they are.
        """
        for place, old in enumerate(self.processes):
            if self._is_ending():
                return
            successor = Process(self.config, self.sockets)
            successor.start()
            if not successor.wait_until_ready(_START_SECONDS, self.should_exit):
                successor.kill()
                successor.join()
                logger.error("reload: a new process did not start; the others go on serving")
                return
            self.processes[place] = successor
            _retire(old)
        logger.info("reload: all processes were replaced")

    def _is_ending(self) -> bool:
        """Whether a signal has come meanwhile that ends everything."""
        return any(number in (signal.SIGTERM, signal.SIGINT) for number in self.signal_queue)

    def terminate_all(self) -> None:
        """Close the listeners too: clients would connect to a port without a server."""
        super().terminate_all()
        for listener in self.sockets:
            listener.close()


def _retire(process: Process) -> None:
    """End it without draining: the listener is that of the others too."""
    if process.pid is not None and process.exitcode is None:
        os.kill(process.pid, RETIRE)
    process.join()
    process.parent_conn.close()
    process.child_conn.close()


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
