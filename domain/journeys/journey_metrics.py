"""Journeys as metrics for criteria: what ended in a window, whenever it began."""

from domain.journeys.journeys import JourneyKey


def completed(key: JourneyKey) -> str:
    """The counter of completed runs."""
    return f"{key}_completed"


def failed(key: JourneyKey) -> str:
    """The counter of failed runs."""
    return f"{key}_failed"


def ended(key: JourneyKey) -> str:
    """The counter of both."""
    return f"{key}_ended"


def success(key: JourneyKey) -> str:
    """The ratio of completed to ended runs, in percent."""
    return f"{key}_success"


def seconds(key: JourneyKey) -> str:
    """The histogram of durations."""
    return f"{key}_seconds"
