"""Is a flag on, for whom, and for which reason (S57, S58, S92, S93, A2, A18)."""

from dataclasses import replace
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.flags.flags import (
    BucketBy,
    EvaluationContext,
    EvaluationErrorCode,
    EvaluationReason,
    Flag,
    bucket,
    evaluate,
    missing,
    named_ids,
    without_names,
)
from domain.platform.percent import Percent
from tests.unit.domain.builders import NOBODY_KNOWN, make_flag, percents, user

# Found by search with sha256sum: the buckets of these users for the salt "edge".
BUCKET_0, BUCKET_1, BUCKET_9999 = "user_14592", "user_35884", "user_2220"

groups = st.lists(
    st.sampled_from(["supplier", "venue", "user:ann", "!user:ann", "user:bob", "!user:bob"])
)
contexts = st.builds(
    EvaluationContext,
    st.dictionaries(st.sampled_from(BucketBy), st.sampled_from(["ann", "bob", "cleo", ""])),
    st.frozensets(st.sampled_from(["supplier", "venue", "couple"])),
)
flags = st.builds(
    make_flag,
    enabled=st.booleans(),
    percentage=percents,
    groups=groups.map(tuple),
    bucket_by=st.sampled_from(BucketBy),
)


def is_on(percentage: float, key: str | None) -> bool:
    """Ask for the flag `edge` at a percentage."""
    context = user(key) if key else NOBODY_KNOWN
    return evaluate(make_flag("edge", percentage=percentage), context).value


def test_respects_percentage_rollout() -> None:
    """S92: the source wants more than 40 and fewer than 60; this formula gives 58."""
    flag = make_flag("mvp_advanced_features", percentage=50)
    enabled = sum(evaluate(flag, user(f"user_{i}")).value for i in range(100))
    assert enabled == 58


def test_immediately_disables_features_on_toggle() -> None:
    """S93: without a user id, so 100 % needs no key (decision 1, S58)."""
    flag = make_flag("mvp_test_feature", percentage=100)
    assert evaluate(flag, NOBODY_KNOWN).value is True
    assert evaluate(replace(flag, enabled=False), NOBODY_KNOWN).value is False


@pytest.mark.parametrize(
    ("flag", "value", "reason"),
    [
        (make_flag(enabled=False), False, EvaluationReason.DISABLED),
        (make_flag(enabled=False, groups=("user:ann",)), False, EvaluationReason.DISABLED),
        (make_flag(percentage=100), True, EvaluationReason.STATIC),
        (make_flag(percentage=0), False, EvaluationReason.DEFAULT),
        (make_flag(percentage=99.99), True, EvaluationReason.SPLIT),
        (make_flag(percentage=0.01), False, EvaluationReason.SPLIT),
        (make_flag(groups=("supplier",)), True, EvaluationReason.TARGETING_MATCH),
        (make_flag(groups=("couple",)), False, EvaluationReason.DEFAULT),
        (make_flag(groups=("supplier",), percentage=99.99), True, EvaluationReason.SPLIT),
        (make_flag(groups=("supplier",), percentage=0), False, EvaluationReason.DEFAULT),
        (make_flag(groups=("user:ann",), percentage=0), True, EvaluationReason.TARGETING_MATCH),
        (make_flag(groups=("!user:ann",)), False, EvaluationReason.TARGETING_MATCH),
        (make_flag(groups=("user:bob",)), True, EvaluationReason.STATIC),
        (make_flag(groups=("!user:bob",)), True, EvaluationReason.STATIC),
        (make_flag(groups=("user:bob", "couple")), False, EvaluationReason.DEFAULT),
    ],
)
def test_every_value_has_its_reason(flag: Flag, value: bool, reason: EvaluationReason) -> None:
    """A2, for the supplier Ann."""
    result = evaluate(flag, user("ann", "supplier"))
    assert (result.value, result.reason) == (value, reason)
    assert (result.error_code, result.flag_version) == (None, flag.version)


def test_a_missing_flag_is_off_and_says_so() -> None:
    """Requirement S57."""
    result = missing("no_such_flag")
    assert (result.key, result.value) == ("no_such_flag", False)
    assert result.reason is EvaluationReason.ERROR
    assert result.error_code is EvaluationErrorCode.FLAG_NOT_FOUND


@pytest.mark.parametrize("context", [NOBODY_KNOWN, user("")])
def test_a_split_without_a_key_is_off_with_an_error_code(context: EvaluationContext) -> None:
    """S58: the source put all visitors without an id into one bucket."""
    result = evaluate(make_flag(percentage=99.99), context)
    assert (result.value, result.reason) == (False, EvaluationReason.ERROR)
    assert result.error_code is EvaluationErrorCode.TARGETING_KEY_MISSING
    assert (result.bucket, result.limit) == (None, 9999)


@pytest.mark.parametrize(
    ("percentage", "inside"),
    [
        (0, set()),
        (0.01, {BUCKET_0}),
        (0.02, {BUCKET_0, BUCKET_1}),
        (99.99, {BUCKET_0, BUCKET_1}),
        (100, {BUCKET_0, BUCKET_1, BUCKET_9999}),
    ],
)
def test_buckets_are_half_open(percentage: float, inside: set[str]) -> None:
    """Decision 2: on where bucket < percentage * 100, so 0 % is nobody and 100 % everybody."""
    everybody = (BUCKET_0, BUCKET_1, BUCKET_9999)
    assert {key for key in everybody if is_on(percentage, key)} == inside


def test_the_ends_of_the_scale_need_no_key() -> None:
    assert is_on(100, None)
    assert not is_on(0, None)


@given(percents, percents, st.text(min_size=1), st.text())
def test_raising_the_percentage_never_removes_a_user(
    one: Percent, other: Percent, key: str, salt: str
) -> None:
    """A1: a ramp is monotone."""
    low, high = sorted((one, other))
    narrow = make_flag(percentage=low, salt=salt)
    wide = make_flag(percentage=high, salt=salt)
    assert evaluate(narrow, user(key)).value <= evaluate(wide, user(key)).value


def test_a_group_is_asked_before_the_percentage() -> None:
    """S57: the reason tells an outsider from somebody not reached yet."""
    flag = make_flag(percentage=50, groups=("venue", "supplier"))
    outside, inside = evaluate(flag, user("ann", "couple")), evaluate(flag, user("ann", "supplier"))
    assert (outside.reason, outside.bucket, outside.matched_group) == ("default", None, None)
    assert (inside.reason, inside.matched_group) == (EvaluationReason.SPLIT, "supplier")
    assert inside.bucket == bucket(flag.salt, "ann")


@pytest.mark.parametrize(
    "entries", list(permutations(["user:ann", "!user:ann", "supplier"])), ids=" ".join
)
def test_deny_beats_allow_and_groups_in_any_order(entries: tuple[str, ...]) -> None:
    """Requirement A18."""
    result = evaluate(make_flag(groups=entries), user("ann", "supplier"))
    assert (result.value, result.matched_group) == (False, "!user:ann")


def test_an_allow_list_lets_in_at_0_percent_and_keeps_nobody_else_out() -> None:
    """A18: beta testers come first, the percentage goes on for all others."""
    flag = make_flag(percentage=0, groups=("user:ann",))
    assert evaluate(flag, user("ann")).value
    assert not evaluate(flag, user("bob")).value
    assert evaluate(replace(flag, rollout_percentage=Percent(100)), user("bob")).value


def test_an_allow_list_beside_a_group_lets_in_outsiders_by_name_only() -> None:
    flag = make_flag(groups=("supplier", "user:ann"))
    assert evaluate(flag, user("ann", "couple")).value
    assert not evaluate(flag, user("bob", "couple")).value


@pytest.mark.parametrize("bucket_by", list(BucketBy))
@pytest.mark.parametrize(("entry", "value"), [("user:ann", True), ("!user:ann", False)])
def test_users_are_named_by_their_own_id_whatever_decides_the_bucket(
    bucket_by: BucketBy, entry: str, value: bool
) -> None:
    """A18 with A19: a couple's flag can still keep one user out."""
    context = EvaluationContext({kind: f"{kind}-1" for kind in BucketBy} | {BucketBy.USER: "ann"})
    flag = make_flag(percentage=0 if value else 100, groups=(entry,), bucket_by=bucket_by)
    assert evaluate(flag, context).value is value


@pytest.mark.parametrize(
    ("keys", "bucket_by", "expected"),
    [
        ({BucketBy.USER: "u", BucketBy.COUPLE: "c"}, BucketBy.COUPLE, "c"),
        ({BucketBy.USER: "u", BucketBy.SUPPLIER: "s"}, BucketBy.COUPLE, "u"),
        ({BucketBy.USER: "u", BucketBy.DEVICE: "d"}, BucketBy.DEVICE, "d"),
        ({BucketBy.USER: "u"}, BucketBy.DEVICE, "u"),
        ({BucketBy.DEVICE: "d"}, BucketBy.USER, "d"),
        ({BucketBy.DEVICE: "d"}, BucketBy.SUPPLIER, "d"),
        ({BucketBy.USER: "", BucketBy.DEVICE: "d"}, BucketBy.USER, "d"),
        ({BucketBy.SUPPLIER: "s"}, BucketBy.USER, None),
        ({}, BucketBy.USER, None),
    ],
)
def test_the_key_falls_back_to_the_user_then_the_device(
    keys: dict[BucketBy, str], bucket_by: BucketBy, expected: str | None
) -> None:
    """Requirements S58 and A19."""
    assert EvaluationContext(keys).key(bucket_by) == expected


def test_a_couple_sees_one_value() -> None:
    """A19: both partners flip together."""
    flag = make_flag(percentage=50, bucket_by=BucketBy.COUPLE)
    partners = [
        EvaluationContext({BucketBy.USER: name, BucketBy.COUPLE: "couple-1"})
        for name in ("ann", "bob", "cleo", "dan")
    ]
    assert len({evaluate(flag, context).bucket for context in partners}) == 1


@given(flags, contexts, st.randoms())
def test_the_order_of_the_groups_decides_nothing(
    flag: Flag, context: EvaluationContext, random: Random
) -> None:
    shuffled = list(flag.target_groups)
    random.shuffle(shuffled)
    other = replace(flag, target_groups=tuple(shuffled))
    assert evaluate(flag, context).value == evaluate(other, context).value


@given(flags, contexts)
def test_bucket_limit_and_value_agree(flag: Flag, context: EvaluationContext) -> None:
    result = evaluate(flag, context)
    split = result.reason is EvaluationReason.SPLIT
    assert (result.bucket is not None) == split
    if result.bucket is not None and result.limit is not None:
        assert result.value == (result.bucket < result.limit)
    assert not (result.value and result.error_code)


@given(flags, contexts)
def test_names_in_the_groups_matter_to_nobody_else(flag: Flag, context: EvaluationContext) -> None:
    plain = without_names(flag)
    assert not named_ids(plain)
    if named_ids(flag).isdisjoint(context.keys.values()):
        assert evaluate(plain, context) == evaluate(flag, context)


def test_named_ids_are_those_admitted_and_excluded() -> None:
    flag = make_flag(groups=("supplier", "user:a", "!user:b", "user:user"))
    assert named_ids(flag) == {"a", "b", "user"}
    assert without_names(flag).target_groups == ("supplier",)
