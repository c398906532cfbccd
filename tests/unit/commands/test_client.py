"""Errors of the API as the command line prints them."""

from gql.transport.exceptions import TransportQueryError

from commands.shared.client import Server, problem_of

SERVER = Server("http://app")


def test_omitted_errors_are_counted() -> None:
    """L27: `launch plan` shows eight type errors and says how many more there are."""
    errors = [{"message": f"bad {n}", "extensions": {"code": "BAD_USER_INPUT"}} for n in range(8)]
    errors[-1]["extensions"] = {"code": "BAD_USER_INPUT", "omittedErrors": 12}
    problem = problem_of(TransportQueryError("bad", errors=errors), SERVER)
    assert str(problem).splitlines()[-2:] == ["bad 7", "... and at least 12 more errors."]


def test_complete_lists_of_errors_have_no_further_line() -> None:
    problem = problem_of(TransportQueryError("bad", errors=[{"message": "bad"}]), SERVER)
    assert str(problem) == "bad"
