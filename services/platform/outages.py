"""Finds the cause of a failed call to another system, for logs, health and readiness (D11)."""

import aiosmtplib
from aiosmtplib.errors import SMTPAuthenticationError, SMTPConnectResponseError, SMTPHeloError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from db import outages
from domain.platform.outages import Dependency, Symptom, outage_of

# Replies about the server or the session. Those about a recipient or a message say nothing of it.
_SMTP_SESSION = SMTPAuthenticationError | SMTPConnectResponseError | SMTPHeloError


def describe_error(error: BaseException) -> Symptom | None:
    """Return the symptom behind an error; None where no other system has raised it."""
    match error:
        case RedisError():
            return _of_redis(error)
        case aiosmtplib.SMTPException():
            code = error.code if isinstance(error, _SMTP_SESSION) else None
            lost = Dependency.MAIL if isinstance(error, OSError) else None
            return Symptom(smtp_code=code, lost=lost)
    return outages.describe_error(error)


def cause_of(error: BaseException) -> str | None:
    """Return the cause in one line; None where the error is no outage."""
    symptom = describe_error(error)
    outage = outage_of(symptom) if symptom else None
    return outage.cause if outage else None


def _of_redis(error: RedisError) -> Symptom:
    code = error.status_code or str(error).partition(" ")[0]
    lost = isinstance(error, RedisConnectionError | RedisTimeoutError)
    return Symptom(redis_code=code, lost=Dependency.REDIS if lost else None)
