"""Classifies errors as ours or the caller's: with HTTP 200 the status does not tell (S107)."""

import pytest
from graphql import GraphQLError

from domain.actors import Actor, ActorKind, Scope
from schema.errors import MAX_ERRORS, TopLevelCode, is_server_fault, public_errors

SERVER_FAULTS = {
    TopLevelCode.INTERNAL,
    TopLevelCode.DEPENDENCY_DOWN,
    TopLevelCode.DEADLINE_EXCEEDED,
}


@pytest.mark.parametrize("code", TopLevelCode)
def test_only_server_side_codes_count_as_failures(code: TopLevelCode) -> None:
    assert is_server_fault(code) is (code in SERVER_FAULTS)
    assert is_server_fault(code.value) is (code in SERVER_FAULTS)


@pytest.mark.parametrize("code", [None, "", "internal", 500])
def test_a_foreign_code_does_not_count(code: object) -> None:
    assert not is_server_fault(code)


class Caller:
    """A token without the scope `people:read`."""

    request_id = "r"
    actor = Actor(ActorKind.TOKEN, None, "exporter", scopes=frozenset({Scope.LAUNCH_READ}))


@pytest.mark.parametrize(("count", "omitted"), [(1, None), (MAX_ERRORS, None), (MAX_ERRORS + 1, 1)])
def test_the_last_error_says_how_many_are_omitted(count: int, omitted: int | None) -> None:
    errors = public_errors([GraphQLError(f"error {n}") for n in range(count)], Caller())
    assert len(errors) == min(count, MAX_ERRORS)
    noted = [(error.extensions or {}).get("omittedErrors") for error in errors]
    assert noted == [None] * (len(errors) - 1) + [omitted]


def test_addresses_in_errors_are_hidden_from_those_who_may_not_see_them() -> None:
    (error,) = public_errors([GraphQLError("no account ann@wedsync.app")], Caller())
    assert "ann@" not in error.message
