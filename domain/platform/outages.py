"""Which failures are conditions of the environment, not bugs, and their cause for operators (D11).

Every error that a dependency reports passes through `outage_of`. What it does not know is a bug.
"""

import errno as numbers
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Dependency(StrEnum):
    """External systems that the product requires."""

    DATABASE = "database"
    REDIS = "redis"
    MAIL = "mail"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Symptom:
    """The attributes that classify an error, independent of its library."""

    sqlstate: str | None = None  # of PostgreSQL
    connecting: bool = False  # PostgreSQL refused before the first statement
    redis_code: str | None = None  # the first word of an error reply
    smtp_code: int | None = None  # of a reply about the server or the session, not a recipient
    errno: int | None = None  # of an OSError
    lost: Dependency | None = None  # no connection, or no answer in time


@dataclass(frozen=True, slots=True)
class Outage:
    """A dependency that does not do its part."""

    dependency: Dependency
    cause: str
    reads: bool = False  # it still answers reads
    reconnect: bool = False  # no connection opened before may be used again
    hold_seconds: float = 0.0  # for so long a small write that succeeds does not end it


READ_ONLY = Outage(
    Dependency.DATABASE,
    "the database is read-only: a standby, or a former primary",
    reads=True,
    reconnect=True,
)
# Undefined table, column and function: a bug, unless the schema is not the one of this release.
UNDEFINED = frozenset({"42P01", "42703", "42883"})

_CLOSED = "the database accepts no connections"
# Five characters name a state, fewer a class; the longest match counts.
_SQLSTATES: Mapping[str, Outage] = {
    state: Outage(Dependency.DATABASE, cause)
    for state, cause in {
        "08": "the connection to the database was lost",
        "08P01": "the pooler before the database refuses the connection",
        "28": "the database refuses our user",
        "28P01": "the database refuses our password",
        "3D000": "the database does not exist",
        "53": "the database has run out of a resource",
        "53200": "the database has run out of memory",
        "53300": "the database has no connection left",
        "57P": "the database is stopping or starting",
        "57P04": "the database was dropped",
        "58": "the database cannot use its files",
    }.items()
} | {
    "25006": READ_ONLY,
    "53100": Outage(
        Dependency.DATABASE, "the disk of the database is full", reads=True, hold_seconds=15.0
    ),
    "53400": Outage(Dependency.DATABASE, "the database has reached a limit of its own", reads=True),
}
_REDIS: Mapping[str, str] = {
    "OOM": "Redis has run out of memory",
    "READONLY": "Redis is read-only: a replica, or a former primary",
    "LOADING": "Redis is loading its data",
    "NOAUTH": "Redis wants a password",
    "WRONGPASS": "Redis refuses our password",
    "NOPERM": "Redis denies our user a command",
    "MASTERDOWN": "Redis has lost its primary",
    "CLUSTERDOWN": "the Redis cluster is down",
    "MISCONF": "Redis cannot write to its disk",
}
_SMTP: Mapping[int, str] = {
    421: "the mail server is closing its connections",
    454: "the mail server cannot check our password now",
    530: "the mail server wants a password",
    535: "the mail server refuses our password",
    554: "the mail server refuses our connection",
}
_NO_SESSION = "the mail server refuses a session"
_DISK: Mapping[int, str] = {
    numbers.ENOSPC: "the disk is full",
    numbers.EDQUOT: "the disk quota is used up",
    numbers.EROFS: "the disk is read-only",
    numbers.EIO: "the disk fails",
}
_LOST: Mapping[Dependency, str] = {
    Dependency.DATABASE: "the database does not answer",
    Dependency.REDIS: "Redis does not answer",
    Dependency.MAIL: "the mail server does not answer",
    Dependency.DISK: "the disk does not answer",
}


def outage_of(symptom: Symptom, *, schema_problem: str | None = None) -> Outage | None:
    """The outage behind an error; None where it is a bug.

    `schema_problem`: how the schema differs from the one of this release, None where it does not.
    """
    if symptom.sqlstate is not None:
        return _of_database(symptom.sqlstate, schema_problem, connecting=symptom.connecting)
    if cause := _REDIS.get(symptom.redis_code or ""):
        return Outage(Dependency.REDIS, cause)
    if symptom.smtp_code is not None:
        return Outage(Dependency.MAIL, _SMTP.get(symptom.smtp_code, _NO_SESSION))
    if cause := _DISK.get(symptom.errno or 0):
        return Outage(Dependency.DISK, cause)
    return Outage(symptom.lost, _LOST[symptom.lost]) if symptom.lost else None


def _of_database(state: str, schema_problem: str | None, *, connecting: bool) -> Outage | None:
    if state in UNDEFINED:
        return Outage(Dependency.DATABASE, schema_problem) if schema_problem else None
    if state == "55000" and connecting:  # ALLOW_CONNECTIONS false; later it is a bug
        return Outage(Dependency.DATABASE, _CLOSED)
    for prefix in (state, state[:3], state[:2]):
        if prefix in _SQLSTATES:
            return _SQLSTATES[prefix]
    return None
