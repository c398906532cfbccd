"""The audit of dependencies finds what a service knows, and says where none answers."""

import gzip
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.support.audit import Audit, audit_npm, audit_python
from tests.support.servers import dead_port

NPM_LOCK = Path(__file__).parents[2] / "web" / "package-lock.json"
LOCK = "jinja2==2.10 --hash=sha256:" + "0" * 64 + "\nidna==3.10 --hash=sha256:" + "0" * 64 + "\n"
OSV = {"id": "PYSEC-0", "summary": "A way out of the sandbox.", "affected": []}
ADVISORY = {"id": 1, "title": "A way in", "severity": "high", "vulnerable_versions": "<99.0.0"}


class Advisories(BaseHTTPRequestHandler):
    """Answers as OSV and as a registry of npm: jinja2 and react are vulnerable."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        body = json.dumps(self._answer(json.loads(content))).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """Of who depends on a vulnerable package this registry knows nothing."""
        self.send_error(404)

    def _answer(self, query: dict[str, Any]) -> dict[str, Any]:
        if self.path == "/v1/query":
            return {"vulns": [OSV]} if query["package"]["name"] == "jinja2" else {}
        return {"react": [{**ADVISORY, "url": "http://127.0.0.1/1"}]} if "react" in query else {}

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Advisories)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "some.lock"
    path.write_text(LOCK)
    return path


def test_a_known_vulnerability_is_found(service: str, lock: Path) -> None:
    audit = audit_python([lock], "--osv-url", f"{service}/v1/query")
    assert audit == Audit("some.lock", ["jinja2 2.10: PYSEC-0, mended in no version yet"])
    audit = audit_npm(NPM_LOCK.parent, "--registry", service)
    assert "react: high" in audit.findings


def test_an_unreachable_audit_service_is_reported(lock: Path) -> None:
    nowhere = f"http://127.0.0.1:{dead_port()}"
    of_pip, npm = (
        audit_python([lock], "--osv-url", nowhere),
        audit_npm(NPM_LOCK.parent, "--registry", nowhere),
    )
    assert (of_pip.findings, npm.findings) == ((), ())
    assert "refused" in of_pip.failure
    assert "ECONNREFUSED" in npm.failure
