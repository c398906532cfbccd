"""Pictures of health for other pages (A27)."""

from xml.etree import ElementTree as ET

import pytest

from domain.health.badges import status_badge, uptime_badge
from domain.health.health import CheckState, CheckType, HealthSnapshot, HealthStatus
from domain.platform.percent import Percent
from tests.unit.domain.builders import NOW

API = CheckType.API
RED, AMBER, GREEN, GREY = "#c62828", "#b26a00", "#2e7d32", "#616161"


def read(svg: str) -> tuple[str, str]:
    """The text and the colour of a badge; it must be well-formed."""
    root = ET.fromstring(svg)
    rects = root.findall("{*}rect")
    return str(root.get("aria-label")), str(rects[1].get("fill"))


@pytest.mark.parametrize(
    ("status", "colour"),
    [
        (HealthStatus.HEALTHY, GREEN),
        (HealthStatus.WARNING, AMBER),
        (HealthStatus.CRITICAL, RED),
        (HealthStatus.UNKNOWN, GREY),
    ],
)
def test_a_status(status: HealthStatus, colour: str) -> None:
    snapshot = HealthSnapshot(NOW, (CheckState(API, status, error="secret internals"),))
    assert read(status_badge(snapshot, API)) == (f"api endpoints: {status}", colour)
    assert read(status_badge(snapshot, None)) == (f"overall: {status}", colour)
    assert "secret" not in status_badge(snapshot, API)


@pytest.mark.parametrize(
    ("uptime", "text", "colour"),
    [
        (100, "100 %", GREEN),
        (99.9, "99.9 %", GREEN),
        (99.89, "99.89 %", AMBER),
        (99, "99 %", AMBER),
        (98.99, "98.99 %", RED),
        (None, "no data", GREY),
    ],
)
def test_an_uptime(uptime: float | None, text: str, colour: str) -> None:
    badge = uptime_badge(API, "7d", None if uptime is None else Percent(uptime))
    assert read(badge) == (f"api endpoints 7d: {text}", colour)
