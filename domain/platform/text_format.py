"""Numbers as they stand in sentences for people."""

from datetime import datetime, timedelta


def number(value: float, *, apart_from: float | None = None) -> str:
    """Short, yet never rounded onto `apart_from`: 3.04 against 3 must not read `3 > 3`."""
    short = _short(value)
    if apart_from is None or value == apart_from or short != _short(apart_from):
        return short
    return f"{value:.10g}"


def ordinal(count: int) -> str:
    """1st, 2nd, 3rd, 11th, 21st."""
    if count % 100 in (11, 12, 13):
        return f"{count}th"
    return f"{count}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(count % 10, 'th') }"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Such as `1 stream`, `2 streams`, `2 processes`."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"


def _short(value: float) -> str:
    """Decimals of 412.3 tell nothing; those of 0.034 tell everything."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:.0f}" if abs(value) < 1e15 else f"{value:.3g}"
    return f"{value:.1f}".removesuffix(".0") if abs(value) >= 1 else f"{value:.2g}"


def moment(at: datetime) -> str:
    """A moment for people, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def format_duration(duration: timedelta) -> str:
    """A duration for people: `40 s`, `12 min`, `3 h 20 min`."""
    seconds = max(0, round(duration.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
