"""ALERT_URLS: what is understood, and what is never shown (S117)."""

import pytest

from setting_names import BadSettings
from settings import load_settings

GOOD = "json://hooks.example.com/x"
SEVERE = "critical+pagerduty://integration@apikey"
LATER = "after5m+json://hooks.example.com/lead"


@pytest.mark.parametrize(
    "value", [f"{GOOD} {SEVERE} {LATER}", f'["{GOOD}", "{SEVERE}", "{LATER}"]']
)
def test_a_list_or_words(value: str) -> None:
    environment = load_settings(_env_file=None, alert_urls=value)
    assert [url.get_secret_value() for url in environment.alert_urls] == [GOOD, SEVERE, LATER]
    assert "integration" not in repr(environment)


@pytest.mark.parametrize(
    "bad",
    [
        "slack://s3cr3t",
        "unknown://s3cr3t",
        "s3cr3t",
        "urgent+json://s3cr3t",
        "after+json://s3cr3t",
        "after5+json://s3cr3t",
        "after5m+critical+json://s3cr3t",
    ],
)
def test_a_bad_one_is_named_by_its_position(bad: str) -> None:
    with pytest.raises(BadSettings) as refused:
        load_settings(_env_file=None, alert_urls=f"{GOOD} {bad}")
    assert "ALERT_URLS" in str(refused.value)
    assert "position 2" in str(refused.value)
    assert "s3cr3t" not in str(refused.value)


def test_a_broken_list_is_not_shown_either() -> None:
    with pytest.raises(BadSettings) as refused:
        load_settings(_env_file=None, alert_urls='["json://s3cr3t"')
    assert "s3cr3t" not in str(refused.value)
