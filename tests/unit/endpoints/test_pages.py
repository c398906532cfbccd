"""The pages and their assets: what is served under which address, and how."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from endpoints.pages import PATHS, Pages

BROWSER = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<meta content="{{nonce}}" />')
    for name in ("app-1.js", "app-1.js.br", "app-1.js.gz", "plain-2.js"):
        (tmp_path / "assets" / name).write_text(name)
    return tmp_path


@pytest.fixture
async def site(built: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with _client(Pages(built)) as client:
        yield client


def _client(pages: Pages) -> httpx2.AsyncClient:
    app = Starlette(routes=pages.routes, exception_handlers={404: pages.missing})
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://site")


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_can_be_opened(site: httpx2.AsyncClient, path: str) -> None:
    response = await site.get(re.sub(r"\{.*\}", "some-thing", path), headers=BROWSER)
    assert response.status_code == 200
    assert "<meta" in response.text


async def test_each_answer_has_a_nonce_of_its_own(site: httpx2.AsyncClient) -> None:
    first, second = await site.get("/login"), await site.get("/login")
    nonce = first.text.split('"')[1]
    assert f"'nonce-{nonce}'" in first.headers["content-security-policy"]
    assert "unsafe" not in first.headers["content-security-policy"]
    assert nonce not in second.text


async def test_an_unknown_page_is_a_page_that_says_so(site: httpx2.AsyncClient) -> None:
    response = await site.get("/nowhere", headers=BROWSER)
    assert response.status_code == 404
    assert "<meta" in response.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/nowhere"),
        ("GET", "/assets/gone-3.js"),
        ("GET", "/robots.txt"),
        ("GET", "/assets/..%2findex.html"),
        ("GET", "/assets/%00"),
    ],
)
async def test_whatever_is_no_page_is_plainly_not_found(
    site: httpx2.AsyncClient, method: str, path: str
) -> None:
    response = await site.request(method, path, headers=BROWSER)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/plain")


async def test_clients_other_than_browsers_get_a_plain_404(site: httpx2.AsyncClient) -> None:
    response = await site.get("/nowhere", headers={"accept": "*/*"})
    assert (response.status_code, response.text) == (404, "Not Found")


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("gzip;q=0.0", None),
        ("", None),
    ],
)
async def test_an_asset_comes_in_the_best_coding(
    site: httpx2.AsyncClient, accepted: str, sent: str | None
) -> None:
    async with site.stream(
        "GET", "/assets/app-1.js", headers={"accept-encoding": accepted}
    ) as response:
        raw = b"".join([part async for part in response.aiter_raw()])
    assert response.headers.get("content-encoding") == sent
    assert raw.decode() == "app-1.js" + {"br": ".br", "gzip": ".gz", None: ""}[sent]
    assert response.headers["content-type"].startswith("text/javascript")
    assert "immutable" in response.headers["cache-control"]


async def test_an_asset_that_has_not_changed_is_not_sent_again(site: httpx2.AsyncClient) -> None:
    etag = (await site.get("/assets/plain-2.js")).headers["etag"]
    repeated = await site.get("/assets/plain-2.js", headers={"if-none-match": etag})
    assert (repeated.status_code, repeated.content) == (304, b"")


async def test_without_a_build_the_server_says_how_to_get_one(tmp_path: Path) -> None:
    async with _client(Pages(tmp_path / "absent")) as client:
        assert (await client.get("/dashboard")).status_code == 503
        assert (await client.get("/assets/app-1.js")).status_code == 404
