"""Logging of server processes: one line per record on stderr, as JSON or text."""

import logging
import traceback
from datetime import UTC, datetime

import orjson

from domain.platform.redaction import describe, redact
from services.platform import log_context, tracing
from settings import Settings

# They log each step at INFO, which is of use only for debugging.
_CHATTY = ("uvicorn", "pgqueuer", "httpx2", "alembic", "opentelemetry", "urllib3")
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}


class Context(logging.Filter):
    """Adds the request, operation or job to each record when it is created."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Pass every record."""
        record.context = {**log_context.fields(), **tracing.ids()}
        return True


class JsonLines(logging.Formatter):
    """One JSON object per line, with stable names."""

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
    """For people: time, level and message, with the context at the end."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the stack of an error."""
        context: dict[str, object] = getattr(record, "context", {})
        rest = " ".join(f"{name}={value}" for name, value in context.items())
        at = self.formatTime(record, "%H:%M:%S")
        # Always one line, even if a logged text contains line breaks.
        message = redact(record.getMessage()).replace("\n", "\\n")
        head = f"{at} {record.levelname:<7} {record.name}: {message}"
        line = f"{head}  [{rest}]" if rest else head
        error = record.exc_info[1] if record.exc_info else None
        return f"{line}\n{_stack(error)}{redact(describe(error))}" if error else line


def log_config(settings: Settings) -> dict[str, object]:
    """The argument of `logging.config.dictConfig`; uvicorn passes it to worker processes."""
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
    """The values of `extra`, without None."""
    extras = {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
    extras.pop("context", None)
    return {name: value for name, value in extras.items() if value is not None}


def _stack(error: BaseException) -> str:
    """The stack of an error without messages, which may contain user input."""
    return "".join(traceback.format_tb(error.__traceback__))
