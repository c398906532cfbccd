"""How a line of the log looks, and what is kept out of it."""

import json
import logging
import sys

import pytest

from commands.platform.logs import Context, JsonLines, TextLines, log_config
from services.platform import log_context
from settings import Settings


def record(message: str, *values: object, **extra: object) -> logging.LogRecord:
    entry = logging.getLogger("launch.test").makeRecord(
        "launch.test", logging.INFO, "file.py", 1, message, values, None, extra=extra
    )
    Context().filter(entry)
    return entry


def failed(text: str) -> logging.LogRecord:
    entry = record("it failed")
    try:
        raise ValueError(text)
    except ValueError:
        entry.exc_info = sys.exc_info()
    return entry


def as_json(entry: logging.LogRecord) -> dict[str, object]:
    line = JsonLines().format(entry)
    assert "\n" not in line
    return dict(json.loads(line))


def test_json_has_the_context_and_what_was_given() -> None:
    with log_context.bound(request_id="r-1", job_id=7):
        line = as_json(record("took %d ms", 12, ms=12, why=None))
    assert line["time"]
    del line["time"]
    assert line == {
        "level": "INFO",
        "logger": "launch.test",
        "message": "took 12 ms",
        "request_id": "r-1",
        "job_id": 7,
        "ms": 12,
    }


def test_text_ends_with_the_context() -> None:
    with log_context.bound(request_id="r-1"):
        line = TextLines().format(record("took %d ms", 12))
    assert line.endswith("INFO    launch.test: took 12 ms  [request_id=r-1]")


@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()])
def test_secrets_and_addresses_are_kept_out(formatter: logging.Formatter) -> None:
    text = "to jane.doe+x@example.com by smtp://me:pass-word@mail with token=abc123"
    for entry in (record(text), failed(text)):
        line = formatter.format(entry)
        assert "jane" not in line
        assert "pass-word" not in line
        assert "abc123" not in line


@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()])
def test_a_stack_says_where(formatter: logging.Formatter) -> None:
    line = formatter.format(failed("broken"))
    assert "test_logs.py" in line
    assert "ValueError: broken" in line


def test_values_that_are_no_json_are_texts() -> None:
    line = as_json(record("x", where=ValueError("y"), seq={1: 2}))
    assert (line["where"], line["seq"]) == ("y", {"1": 2})


def test_fields_end_with_their_block() -> None:
    with log_context.bound(a=1):
        with log_context.bound(a=None, b=2):
            assert log_context.fields() == {"b": 2}
        assert log_context.fields() == {"a": 1}
    assert log_context.fields() == {}


@pytest.mark.parametrize(
    ("log_format", "environment", "json_lines"),
    [
        (None, "production", True),
        (None, "development", False),
        ("json", "test", True),
        ("text", "production", False),
    ],
)
def test_machines_read_production(
    log_format: str | None, environment: str, json_lines: bool
) -> None:
    settings = Settings(_env_file=None, log_format=log_format, environment=environment)
    formatters = log_config(settings)["formatters"]
    assert formatters == {"lines": {"()": JsonLines if json_lines else TextLines}}
