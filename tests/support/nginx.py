"""Run a real nginx with the shipped configuration, with names and ports replaced."""

import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.clock import PATIENCE
from tests.support.servers import free_port

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
_APP_SERVER = re.compile(r"^ +server app-[a-z]:8000(.*;)$", re.MULTILINE)


@contextmanager
def nginx(
    folder: Path, servers: Sequence[int], edit: Sequence[tuple[str, str]] = ()
) -> Iterator[int]:
    """Run nginx in front of local servers and return its port; `edit` replaces further text."""
    port = free_port()
    config = _configuration(folder, port, servers, edit)
    words = ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(config)]
    process = subprocess.Popen(words)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _configuration(
    folder: Path, port: int, servers: Sequence[int], edit: Sequence[tuple[str, str]]
) -> Path:
    text = SHIPPED.read_text()
    options = _APP_SERVER.findall(text)
    lines = [f"server 127.0.0.1:{server}{options[0]}" for server in servers]
    text = _APP_SERVER.sub("", text).replace("least_conn;", "least_conn;\n" + "\n".join(lines))
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};")
    for before, after in edit:
        assert before in text, before
        text = text.replace(before, after)
    paths = "".join(f"{name}_temp_path {folder}/{name};\n" for name in _TEMPORARY)
    text = text.replace("http {", f"http {{\n{paths}", 1)
    file = folder / "nginx.conf"
    file.write_text(f"daemon off;\nuser root;\npid {folder}/nginx.pid;\n{text}")
    return file


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    import socket  # noqa: PLC0415

    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "nginx has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")
