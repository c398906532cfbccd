"""Run a real PgBouncer in front of a local PostgreSQL."""

import os
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, make_url

from tests.support.clock import PATIENCE
from tests.support.servers import free_port

PROGRAM = os.environ.get("PGBOUNCER", "pgbouncer")


def version() -> tuple[int, int]:
    """Return the installed version; 0.0 if there is none."""
    try:
        done = subprocess.run([PROGRAM, "--version"], check=True, capture_output=True, text=True)
    except OSError:
        return 0, 0
    match = re.search(r"(\d+)\.(\d+)", done.stdout)
    return (int(match[1]), int(match[2])) if match else (0, 0)


@contextmanager
def pgbouncer(url: str, mode: str, port: int | None = None, **settings: object) -> Iterator[str]:
    """Its URL; `port` None: any that is free. PostgreSQL must let anybody in over its socket."""
    # Of its own: as root it runs as another user, to whom the folders of pytest are closed.
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as name:
        yield from _running(Path(name), url, mode, port or free_port(), settings)


def _running(
    folder: Path, url: str, mode: str, port: int, settings: Mapping[str, object]
) -> Iterator[str]:
    target = make_url(url)
    host = target.query.get("host", target.host)
    (folder / "users.txt").write_text('"launch" ""\n')
    lines = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "trust",
        "auth_file": folder / "users.txt",
        "pool_mode": mode,
        "max_client_conn": 200,
        "default_pool_size": 20,
        "logfile": folder / "pgbouncer.log",
        **settings,
    }
    text = "".join(f"{name} = {value}\n" for name, value in lines.items())
    place = f"host={host} port={target.port or 5432} dbname={target.database}"
    config = folder / "pgbouncer.ini"
    config.write_text(f"[databases]\nlaunch = {place}\n[pgbouncer]\n{text}")
    for path in (folder, config, folder / "users.txt"):
        path.chmod(0o777)
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    process = subprocess.Popen([PROGRAM, "-q", *user, str(config)], cwd=folder)
    try:
        _wait_for(port, process)
        yield URL.create(
            "postgresql", username="launch", host="127.0.0.1", port=port, database="launch"
        ).render_as_string()
    finally:
        process.kill()  # newer versions wait for their clients after SIGTERM
        process.wait(PATIENCE)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "PgBouncer has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("PgBouncer does not listen")
