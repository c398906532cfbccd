"""F10: URLs and authorities that cannot work are refused at the start, in one line."""

from pathlib import Path

import pytest

from setting_names import BadSettings
from settings import load_settings


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://example.com/launch", "PUBLIC_URL: Value error, must have no path"),
        ("https://example.com/?a=b", "must have no path"),
        ("ftp://example.com", "must be http://host"),
        ("example.com", "must be http://host"),
    ],
)
def test_a_public_url_that_cannot_work_is_refused(url: str, problem: str) -> None:
    with pytest.raises(BadSettings, match=problem):
        load_settings(_env_file=None, public_url=url)


def test_health_checks_go_to_the_inner_url() -> None:
    outer = load_settings(_env_file=None, public_url="https://example.com/")
    inner = load_settings(
        _env_file=None, public_url="https://example.com", probe_url="http://app:1"
    )
    assert (outer.base_url, outer.probed_url) == ("https://example.com", "https://example.com")
    assert (inner.base_url, inner.probed_url) == ("https://example.com", "http://app:1")


def test_authorities_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(BadSettings, match="PROBE_CA_FILE: Value error, holds no certificates"):
            load_settings(_env_file=None, probe_ca_file=tmp_path / name)
