"""Logging of the processes that stay: one line a record on stderr."""

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"

# They report each of their steps at INFO: heard only when debugging.
_CHATTY = ("uvicorn", "pgqueuer", "httpx2", "alembic")


def log_config(level: str) -> dict[str, object]:
    """For `logging.config.dictConfig`; uvicorn passes it on to its worker processes."""
    quiet = level if level != "INFO" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": _FORMAT, "datefmt": "%H:%M:%S"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {name: {"level": quiet} for name in _CHATTY},
    }
