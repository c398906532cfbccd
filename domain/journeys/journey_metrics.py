"""Journeys as metrics, which criteria may name: what ended in a window, whenever it began."""

from domain.journeys.journeys import JourneyKey


def completed(key: JourneyKey) -> str:
    """How many arrived."""
    return f"{key}_completed"


def failed(key: JourneyKey) -> str:
    """How many tried and could not."""
    return f"{key}_failed"


def ended(key: JourneyKey) -> str:
    """Both of them."""
    return f"{key}_ended"


def success(key: JourneyKey) -> str:
    """How many of those that ended arrived, in percent."""
    return f"{key}_success"


def seconds(key: JourneyKey) -> str:
    """How long they took."""
    return f"{key}_seconds"
