"""D11: conditions of the environment have a cause; every other error stays a bug."""

import errno

import pytest

from domain.platform.outages import Dependency, Outage, Symptom, outage_of

BUGS = ("22P02", "23505", "25P02", "40001", "40P01", "42601", "42501", "55P03", "57014", "XX000")


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        ("08000", "the connection to the database was lost"),
        ("08003", "the connection to the database was lost"),
        ("08006", "the connection to the database was lost"),
        ("08P01", "the pooler before the database refuses the connection"),
        ("28000", "the database refuses our user"),
        ("28P01", "the database refuses our password"),
        ("53000", "the database has run out of a resource"),
        ("53100", "the disk of the database is full"),
        ("53200", "the database has run out of memory"),
        ("53300", "the database has no connection left"),
        ("53400", "the database has reached a limit of its own"),
        ("57P01", "the database is stopping or starting"),
        ("57P02", "the database is stopping or starting"),
        ("57P03", "the database is stopping or starting"),
        ("57P04", "the database was dropped"),
        ("58000", "the database cannot use its files"),
        ("58030", "the database cannot use its files"),
        ("25006", "the database is read-only: a standby, or a former primary"),
        ("3D000", "the database does not exist"),
    ],
)
def test_states_of_the_environment(state: str, cause: str) -> None:
    for connecting in (False, True):
        outage = outage_of(Symptom(sqlstate=state, connecting=connecting))
        assert outage is not None
        assert (outage.dependency, outage.cause) == (Dependency.DATABASE, cause)


@pytest.mark.parametrize("state", BUGS)
def test_other_states_are_bugs(state: str) -> None:
    assert outage_of(Symptom(sqlstate=state), schema_problem="the schema is older") is None


@pytest.mark.parametrize("state", ["42P01", "42703", "42883"])
def test_an_undefined_object_is_a_bug_with_our_schema(state: str) -> None:
    assert outage_of(Symptom(sqlstate=state)) is None
    outage = outage_of(Symptom(sqlstate=state), schema_problem="the schema is at 0001")
    assert outage == Outage(Dependency.DATABASE, "the schema is at 0001")


def test_a_database_that_accepts_nobody_says_so_at_the_door_only() -> None:
    closed = outage_of(Symptom(sqlstate="55000", connecting=True))
    assert closed == Outage(Dependency.DATABASE, "the database accepts no connections")
    assert outage_of(Symptom(sqlstate="55000")) is None


def test_only_a_read_only_database_makes_its_connections_useless() -> None:
    states = ("08006", "28P01", "53100", "53300", "57P01", "25006", "3D000", "58030")
    outages = {state: outage_of(Symptom(sqlstate=state)) for state in states}
    assert {state for state, item in outages.items() if item and item.reconnect} == {"25006"}
    assert {state for state, item in outages.items() if item and item.reads} == {"25006", "53100"}


@pytest.mark.parametrize(
    ("symptom", "dependency", "cause"),
    [
        (Symptom(redis_code="OOM"), Dependency.REDIS, "Redis has run out of memory"),
        (
            Symptom(redis_code="READONLY"),
            Dependency.REDIS,
            "Redis is read-only: a replica, or a former primary",
        ),
        (Symptom(redis_code="LOADING"), Dependency.REDIS, "Redis is loading its data"),
        (Symptom(redis_code="NOAUTH"), Dependency.REDIS, "Redis wants a password"),
        (Symptom(redis_code="WRONGPASS"), Dependency.REDIS, "Redis refuses our password"),
        (Symptom(lost=Dependency.REDIS), Dependency.REDIS, "Redis does not answer"),
        (Symptom(smtp_code=535), Dependency.MAIL, "the mail server refuses our password"),
        (Symptom(smtp_code=421), Dependency.MAIL, "the mail server is closing its connections"),
        (Symptom(smtp_code=550), Dependency.MAIL, "the mail server refuses a session"),
        (Symptom(errno=errno.ENOSPC), Dependency.DISK, "the disk is full"),
        (Symptom(errno=errno.EROFS), Dependency.DISK, "the disk is read-only"),
        (
            Symptom(errno=errno.ENOSPC, lost=Dependency.DATABASE),
            Dependency.DISK,
            "the disk is full",
        ),
        (
            Symptom(errno=errno.ECONNREFUSED, lost=Dependency.DATABASE),
            Dependency.DATABASE,
            "the database does not answer",
        ),
    ],
)
def test_their_counterparts(symptom: Symptom, dependency: Dependency, cause: str) -> None:
    assert outage_of(symptom) == Outage(dependency, cause)


@pytest.mark.parametrize(
    "symptom", [Symptom(), Symptom(redis_code="WRONGTYPE"), Symptom(errno=errno.EACCES)]
)
def test_an_unrelated_error_is_a_bug(symptom: Symptom) -> None:
    assert outage_of(symptom) is None
