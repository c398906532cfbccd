"""SVG badges with the status or the uptime of a check, for other pages (A27)."""

from domain.health.health import CHECK_NAMES, CheckType, HealthSnapshot, HealthStatus
from domain.platform.percent import Percent

OVERALL = "overall"
_COLOURS = {
    HealthStatus.HEALTHY: "#2e7d32",
    HealthStatus.WARNING: "#b26a00",
    HealthStatus.CRITICAL: "#c62828",
    HealthStatus.UNKNOWN: "#616161",
}
_LEFT = "#424242"
_GOOD, _FAIR = 99.9, 99.0  # percent
_CHAR, _PAD, _HEIGHT = 7, 10, 20  # pixels

# A fixed width per character; textLength stretches the text to it in every font.
_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" \
aria-label="{left}: {right}">
<title>{left}: {right}</title>
<rect width="{split}" height="{height}" fill="{dark}"/>
<rect x="{split}" width="{rest}" height="{height}" fill="{colour}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{at_left}" y="14" textLength="{long_left}">{left}</text>
<text x="{at_right}" y="14" textLength="{long_right}">{right}</text>
</g>
</svg>
"""


def status_badge(snapshot: HealthSnapshot, check: CheckType | None) -> str:
    """The status of a check; None is the overall status. Without the reason."""
    status = snapshot.overall if check is None else snapshot.state(check).status
    return _draw(_check_name(check), status.value, _COLOURS[status])


def uptime_badge(check: CheckType, span: str, uptime: Percent | None) -> str:
    """The uptime of a check in a span such as `7d`."""
    label = f"{_check_name(check)} {span}"
    if uptime is None:
        return _draw(label, "no data", _COLOURS[HealthStatus.UNKNOWN])
    status = HealthStatus.CRITICAL
    if uptime >= _FAIR:
        status = HealthStatus.HEALTHY if uptime >= _GOOD else HealthStatus.WARNING
    return _draw(label, f"{uptime:g} %", _COLOURS[status])


def _check_name(check: CheckType | None) -> str:
    return OVERALL if check is None else CHECK_NAMES[check].lower()


def _draw(left: str, right: str, colour: str) -> str:
    """Draw the SVG. Both texts are constants, so nothing needs escaping."""
    split, rest = (_CHAR * len(text) + _PAD for text in (left, right))
    return _SVG.format(
        width=split + rest,
        height=_HEIGHT,
        split=split,
        rest=rest,
        dark=_LEFT,
        colour=colour,
        left=left,
        right=right,
        at_left=split / 2,
        at_right=split + rest / 2,
        long_left=split - _PAD,
        long_right=rest - _PAD,
    )
