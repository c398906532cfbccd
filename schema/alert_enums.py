"""The enums of alerts and silences."""

from domain.alerting.alerts import AlertKind
from domain.alerting.silences import SilenceStatus
from schema.enums import describe

__all__ = ["AlertKind", "SilenceStatus"]

describe(
    AlertKind,
    "Why people are notified.",
    FIRING="A check fails, or a severe incident opened.",
    WORSE="It became more severe.",
    REMINDER="It lasts and is not acknowledged.",
    ESCALATED="It was not acknowledged in time, so further channels are notified.",
    RESOLVED="It is over.",
    TEST="A test of the channel.",
)
describe(
    SilenceStatus,
    "The status of a silence.",
    PLANNED="It has not begun.",
    IN_FORCE="It is in force.",
    OVER="It has ended.",
)
