"""The errors of each library, and the cause that an operator reads (D11)."""

import errno

import aiosmtplib
import asyncpg
import pytest
from redis import exceptions as redis
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.platform.outages import cause_of

NO_PASSWORD = asyncpg.InvalidPasswordError("password authentication failed")


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (NO_PASSWORD, "the database refuses our password"),
        (DBAPIError(None, None, NO_PASSWORD), "the database refuses our password"),
        (
            DBAPIError(None, None, asyncpg.ObjectNotInPrerequisiteStateError("closed")),
            "the database accepts no connections",
        ),
        (
            DBAPIError("SELECT 1", None, asyncpg.ObjectNotInPrerequisiteStateError("no slot")),
            None,
        ),
        (IntegrityError("INSERT", None, asyncpg.UniqueViolationError("taken")), None),
        (asyncpg.UndefinedTableError("no relation"), None),
        (asyncpg.InterfaceError("connection is closed"), "the database does not answer"),
        (asyncpg.InterfaceError("the server expects 2 arguments"), None),
        (PoolTimeout("QueuePool limit reached"), "the database does not answer"),
        (redis.OutOfMemoryError("command not allowed"), None),  # without what Redis has sent
        (redis.OutOfMemoryError("no", status_code="OOM"), "Redis has run out of memory"),
        (redis.AuthenticationError("no", status_code="NOAUTH"), "Redis wants a password"),
        (redis.BusyLoadingError("no", status_code="LOADING"), "Redis is loading its data"),
        (
            redis.ReadOnlyError("no", status_code="READONLY"),
            "Redis is read-only: a replica, or a former primary",
        ),
        (redis.ResponseError("MISCONF Redis is ..."), "Redis cannot write to its disk"),
        (redis.ResponseError("WRONGTYPE Operation ..."), None),
        (redis.ConnectionError("refused"), "Redis does not answer"),
        (redis.TimeoutError("slow"), "Redis does not answer"),
        (aiosmtplib.SMTPAuthenticationError(535, "no"), "the mail server refuses our password"),
        (aiosmtplib.SMTPConnectError("refused"), "the mail server does not answer"),
        (aiosmtplib.SMTPServerDisconnected("gone"), "the mail server does not answer"),
        (
            aiosmtplib.SMTPConnectResponseError(554, "go away"),
            "the mail server refuses our connection",
        ),
        (aiosmtplib.SMTPRecipientRefused(550, "who", "a@b"), None),
        (OSError(errno.ENOSPC, "full"), "the disk is full"),
        (FileNotFoundError(errno.ENOENT, "no file"), None),
        (ValueError("a bug"), None),
    ],
)
def test_each_error_has_its_cause_or_none(error: Exception, cause: str | None) -> None:
    assert cause_of(error) == cause
