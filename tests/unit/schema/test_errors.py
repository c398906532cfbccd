"""Whose fault a failure is: HTTP 200 hides it from everybody else (S107)."""

import pytest

from schema.errors import TopLevelCode, is_server_fault

SERVER_FAULTS = {
    TopLevelCode.INTERNAL,
    TopLevelCode.DEPENDENCY_DOWN,
    TopLevelCode.DEADLINE_EXCEEDED,
}


@pytest.mark.parametrize("code", TopLevelCode)
def test_only_what_broke_on_our_side_counts(code: TopLevelCode) -> None:
    assert is_server_fault(code) is (code in SERVER_FAULTS)
    assert is_server_fault(code.value) is (code in SERVER_FAULTS)


@pytest.mark.parametrize("code", [None, "", "internal", 500])
def test_a_foreign_code_does_not_count(code: object) -> None:
    assert not is_server_fault(code)
