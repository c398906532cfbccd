"""Logging of the processes that stay: on stderr, one line a record, JSON for machines."""

import logging
import traceback
from datetime import UTC, datetime

import orjson

from domain.platform.redaction import describe, redact
from services.platform import log_context, tracing
from settings import Settings

# They report each of their steps at INFO: heard only when debugging.
_CHATTY = ("uvicorn", "pgqueuer", "httpx2", "alembic", "opentelemetry", "urllib3")
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}


class Context(logging.Filter):
    """Puts the request, the operation or the job on each record, when it is made."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything pass."""
        record.context = {**log_context.fields(), **tracing.ids()}
        return True


class JsonLines(logging.Formatter):
    """One object a line, with a stable set of names."""

    def format(self, record: logging.LogRecord) -> str:
        """Time in UTC; without secrets and e-mail addresses."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
            **getattr(record, "context", {}),
            **_extras(record),
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = redact(describe(error))
            line["stack"] = _stack(error)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class TextLines(logging.Formatter):
    """For people: the time of day, and what the line belongs to at its end."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and those of the stack where something was raised."""
        context: dict[str, object] = getattr(record, "context", {})
        rest = " ".join(f"{name}={value}" for name, value in context.items())
        at = self.formatTime(record, "%H:%M:%S")
        # One line, whatever somebody has put into a text that is logged.
        message = redact(record.getMessage()).replace("\n", "\\n")
        head = f"{at} {record.levelname:<7} {record.name}: {message}"
        line = f"{head}  [{rest}]" if rest else head
        error = record.exc_info[1] if record.exc_info else None
        return f"{line}\n{_stack(error)}{redact(describe(error))}" if error else line


def log_config(settings: Settings) -> dict[str, object]:
    """For `logging.config.dictConfig`; uvicorn passes it on to its worker processes."""
    level = settings.log_level
    quiet = level if level != "INFO" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": Context}},
        "formatters": {"lines": {"()": JsonLines if settings.logs_json else TextLines}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "lines",
                "filters": ["context"],
            }
        },
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {name: {"level": quiet} for name in _CHATTY},
    }


def _extras(record: logging.LogRecord) -> dict[str, object]:
    """What was given as `extra`, but for what is unknown."""
    extras = {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
    extras.pop("context", None)
    return {name: value for name, value in extras.items() if value is not None}


def _stack(error: BaseException) -> str:
    """Where it was raised. Without the messages, which may hold what others have typed."""
    return "".join(traceback.format_tb(error.__traceback__))
