"""The rules of OFREP: contexts, answers, validators (A3)."""

from uuid import uuid4

import pytest

from domain.flags.flags import BucketBy, Evaluation, EvaluationErrorCode, EvaluationReason, missing
from domain.flags.ofrep import (
    BadEvaluation,
    config_id,
    matches,
    read,
    result_of,
    status_of,
    version_in,
)
from domain.ids import global_id


@pytest.mark.parametrize("body", [{}, {"context": None}, {"context": {}}, {"other": 1}])
def test_no_context_is_an_empty_one(body: object) -> None:
    assert (read(body).keys, read(body).groups) == ({}, frozenset())


def test_a_context_names_keys_and_groups() -> None:
    context = {"targetingKey": "u", "coupleId": "c", "userType": "COUPLE", "groups": ["beta"]}
    request = read({"context": context}).context
    assert request.keys == {BucketBy.USER: "u", BucketBy.COUPLE: "c"}
    assert request.groups == {"couple", "wedme", "beta"}


def test_ids_of_the_graph_are_those_of_their_rows() -> None:
    user, couple = uuid4(), uuid4()
    context = {"targetingKey": global_id("User", user), "coupleId": global_id("Couple", couple)}
    keys = {BucketBy.USER: str(user), BucketBy.COUPLE: str(couple)}
    assert read({"context": context}).keys == keys
    other = {"targetingKey": global_id("Couple", couple), "deviceId": global_id("User", user)}
    assert set(read({"context": other}).keys.values()) == set(other.values())


def test_attributes_that_no_flag_looks_at_are_ignored() -> None:
    context = {"targetingKey": "u", "role": 7, "nested": {"a": [1]}, "email": None}
    assert read({"context": context}).keys == {BucketBy.USER: "u"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "PARSE_ERROR"),
        ([], "PARSE_ERROR"),
        ("text", "PARSE_ERROR"),
        ({"context": []}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": 7}}, "INVALID_CONTEXT"),
        ({"context": {"targetingKey": "k" * 1_001}}, "INVALID_CONTEXT"),
        ({"context": {"userType": "ALIEN"}}, "INVALID_CONTEXT"),
        ({"context": {"vendorType": True}}, "INVALID_CONTEXT"),
        ({"context": {"groups": "beta"}}, "INVALID_CONTEXT"),
        ({"context": {"groups": ["user:somebody"]}}, "INVALID_CONTEXT"),
        ({"context": {"groups": ["beta"] * 101}}, "INVALID_CONTEXT"),
    ],
)
def test_a_malformed_context_names_the_field(body: object, code: str) -> None:
    with pytest.raises(BadEvaluation) as refused:
        read(body)
    assert refused.value.code == code
    assert refused.value.details


def test_a_value_has_a_reason_and_a_variant() -> None:
    item = Evaluation("mvp_chat", True, EvaluationReason.STATIC, 3)
    assert status_of(item) == 200
    assert result_of(item) == {
        "key": "mvp_chat",
        "value": True,
        "reason": "STATIC",
        "variant": "on",
        "metadata": {"flagVersion": 3},
    }


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (EvaluationErrorCode.FLAG_NOT_FOUND, 404),
        (EvaluationErrorCode.TARGETING_KEY_MISSING, 400),
        (EvaluationErrorCode.GENERAL, 503),
    ],
)
def test_a_failure_has_a_code_and_a_sentence(code: EvaluationErrorCode, status: int) -> None:
    item = Evaluation("mvp_chat", False, EvaluationReason.ERROR, error_code=code)
    body = result_of(item)
    assert status_of(item) == status
    assert (body["key"], body["errorCode"]) == ("mvp_chat", code.name)
    assert body["errorDetails"]
    assert "value" not in body


def test_an_unknown_flag_has_no_value() -> None:
    assert result_of(missing("gone"))["errorCode"] == "FLAG_NOT_FOUND"


@pytest.mark.parametrize(
    ("if_none_match", "matching"),
    [(None, False), ('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ("a", False)],
)
def test_validators_are_compared_weakly(if_none_match: str | None, matching: bool) -> None:
    assert matches(if_none_match, '"a"') is matching


@pytest.mark.parametrize(
    ("sent", "version"),
    [(config_id(7), 7), (config_id(7, {"x"}), 7), (None, None), ("", None), ('"-1"', None)],
)
def test_a_version_is_found_again(sent: str | None, version: int | None) -> None:
    assert version_in(sent) == version


def test_a_kill_gives_another_validator() -> None:
    assert config_id(7) != config_id(7, {"mvp_chat"})
    assert version_in("9" * 40) is None
