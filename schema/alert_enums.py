"""The enums of alerts and silences."""

from domain.alerting.alerts import AlertKind
from domain.alerting.silences import SilenceStatus
from schema.enums import describe

__all__ = ["AlertKind", "SilenceStatus"]

describe(
    AlertKind,
    "Why people are told.",
    FIRING="Something broke.",
    WORSE="It became more severe.",
    REMINDER="It lasts, and nobody took it.",
    ESCALATED="Nobody took it for so long that others are told.",
    RESOLVED="It is over.",
    TEST="Somebody tests the channel.",
)
describe(
    SilenceStatus,
    "Where a silence stands.",
    PLANNED="It has not begun.",
    IN_FORCE="It silences now.",
    OVER="It has ended.",
)
