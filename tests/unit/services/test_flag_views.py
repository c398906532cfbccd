"""A client's flags brought up to date are those that a full evaluation gives (S24)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.flags.flags import BucketBy, Evaluation, EvaluationContext, Flag
from domain.platform.percent import Percent
from services.flags.flag_sets import FlagSet
from services.flags.flag_views import FlagView, FlagViews
from tests.support.bucket_hashes import note_hashed
from tests.unit.domain.builders import make_flag

CONTEXT = EvaluationContext({BucketBy.USER: "user_1"})
PEOPLE = [EvaluationContext({BucketBy.USER: f"user_{index}"}) for index in range(50)]
KEYS = tuple(f"flag_{letter}" for letter in "abcdefghi")  # one of them is less than a quarter

FLAGS = st.builds(
    lambda enabled, percentage, visible: replace(
        make_flag(enabled=enabled, percentage=percentage), client_visible=visible
    ),
    st.booleans(),
    st.sampled_from([0.0, 50.0, 100.0]),
    st.booleans(),
)
WORLDS = st.lists(st.dictionaries(st.sampled_from(KEYS), FLAGS, max_size=9), min_size=2, max_size=6)


def at(version: int, *flags: Flag, before: FlagSet | None = None, **fields: bool) -> FlagSet:
    """A set as the store makes it: by key, with the objects of before where they are equal."""
    old = before.flags if before else {}
    ordered = sorted(flags, key=lambda item: item.key)
    flag_list = {item.key: old[item.key] if old.get(item.key) == item else item for item in ordered}
    return FlagSet(version=version, flags=flag_list, stale=fields.get("stale", False))


def public(flag_set: FlagSet) -> list[Evaluation]:
    """A full evaluation, as far as clients are shown it."""
    keys = [key for key, flag in flag_set.flags.items() if flag.client_visible]
    return [replace(flag_set.evaluate(key, CONTEXT), bucket=None) for key in keys]


@given(WORLDS)
def test_step_by_step_is_as_good_as_at_once(worlds: list[dict[str, Flag]]) -> None:
    current = at(1)
    view = FlagView(CONTEXT, current, FlagViews())
    for version, world in enumerate(worlds, 2):
        flags = [replace(item, key=key, salt=key) for key, item in world.items()]
        before = [(item.key, item.value) for item in view.seen.evaluations]
        current = at(version, *flags, before=current)
        moved = view.move_to(current)
        assert list(view.seen.evaluations) == public(current)
        assert moved == (before != [(item.key, item.value) for item in view.seen.evaluations])


def test_an_unchanged_value_is_nothing_to_send() -> None:
    first = at(1, make_flag("flag_a", enabled=False))
    view = FlagView(CONTEXT, first, FlagViews())
    assert not view.move_to(at(2, make_flag("flag_a", enabled=False, version=4), before=first))
    assert [item.flag_version for item in view.seen.evaluations] == [4]


def test_clients_who_see_the_same_share_one_object() -> None:
    """Also where their buckets differ, as long as they are on the same side."""
    views = FlagViews()
    first = at(1, make_flag("flag_a"), make_flag("flag_b", percentage=99.99))
    off = make_flag("flag_a", enabled=False)
    second = at(2, off, first.flags["flag_b"], before=first)
    clients = [FlagView(someone, first, views) for someone in PEOPLE]
    assert len({id(client.seen) for client in clients}) == 1
    assert {client.move_to(second) for client in clients} == {True}
    assert len({id(client.seen) for client in clients}) == 1


def test_clients_who_see_something_else_do_not() -> None:
    views = FlagViews()
    first = at(1, make_flag("flag_a", percentage=50))
    clients = [FlagView(someone, first, views) for someone in PEOPLE]
    assert len({id(client.seen) for client in clients}) == 2


def test_only_what_changed_is_compared_for_all_clients_together() -> None:
    first = at(1, make_flag("flag_a"), make_flag("flag_b"))
    second = at(2, make_flag("flag_a", version=9), make_flag("flag_b"), before=first)
    views = FlagViews()
    assert views.changes(first, second).places == {0}
    assert views.changes(first, second) is views.changes(first, second)


def test_a_database_that_is_away_may_have_changed_every_reason() -> None:
    first = at(1, make_flag("flag_a"))
    changes = FlagViews().changes(first, replace(first, stale=True))
    assert (changes.places, changes.is_few) == (frozenset({0}), False)


GROUPS = st.sets(st.sampled_from(["supplier", "couple", "user:user_1", "!user:user_2"]))
PEOPLE_OF_ALL_SORTS = st.builds(
    EvaluationContext,
    st.dictionaries(st.sampled_from(BucketBy), st.sampled_from(["user_1", "user_2", "d", ""])),
    st.frozensets(st.sampled_from(["supplier", "couple"])),
)
SETS = st.builds(
    lambda kinds, stale, killed: FlagSet(
        version=1,
        flags={
            key: make_flag(key, enabled=on, percentage=part, groups=tuple(groups), bucket_by=by)
            for key, (on, part, groups, by) in zip(KEYS, kinds, strict=False)
        },
        stale=stale,
        killed=killed,
    ),
    st.lists(
        st.tuples(
            st.booleans(), st.sampled_from([0.0, 37.5, 100.0]), GROUPS, st.sampled_from(BucketBy)
        ),
        max_size=9,
    ),
    st.booleans(),
    st.frozensets(st.sampled_from([*KEYS, "*"])),
)


@given(st.lists(SETS, min_size=2, max_size=4), PEOPLE_OF_ALL_SORTS)
def test_an_updated_view_equals_a_new_one(sets: list[FlagSet], context: EvaluationContext) -> None:
    """Their buckets are worked out once; other flags, or other ways of bucketing, have others."""
    view = FlagView(context, sets[0], FlagViews())
    for flag_set in sets[1:]:
        view.move_to(flag_set)
        assert list(view.seen.evaluations) == list(flag_set.client_flags(context))


def test_a_client_that_is_warmed_up_hashes_nothing_when_flags_go_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hashed = note_hashed(monkeypatch)
    flags = [make_flag(key, enabled=False) for key in KEYS]
    first = at(1, *flags)
    live = at(2, *(replace(flag, enabled=True, rollout_percentage=Percent(50)) for flag in flags))
    views = [FlagView(someone, first, FlagViews()) for someone in (*PEOPLE, EvaluationContext())]
    assert not hashed
    for view in views:
        view.warm_up()
    assert len(hashed) == len(KEYS) * len(PEOPLE)  # without an id there is no bucket
    hashed.clear()
    assert {view.move_to(live) for view in views} == {True, False}
    assert not hashed


def test_flags_of_one_cohort_are_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = note_hashed(monkeypatch)
    live = at(1, *(replace(make_flag(key, percentage=50), salt="a cohort") for key in KEYS))
    view = FlagView(PEOPLE[0], live, FlagViews())
    assert hashed == [b"a cohort:user_0"]
    assert len(set(view.seen.values.values())) == 1


def test_a_new_salt_gives_a_new_bucket() -> None:
    """A cohort takes the place of the salt (L21)."""
    flag = make_flag("flag_a", percentage=50)
    first, second = at(1, flag), at(2, replace(flag, salt="a cohort", version=2))
    for someone in PEOPLE:
        view = FlagView(someone, first, FlagViews())
        view.move_to(second)
        assert view.seen.evaluations == second.client_flags(someone)
    seen = [
        flag_set.client_flags(someone)[0].value
        for flag_set in (first, second)
        for someone in PEOPLE
    ]
    assert len(set(seen)) == 2


@given(SETS, PEOPLE_OF_ALL_SORTS)
def test_a_plan_decides_as_the_rules_do(flag_set: FlagSet, context: EvaluationContext) -> None:
    rules = [flag_set.evaluate(key, context) for key in flag_set.places]
    public = [replace(item, bucket=None, matched_group=None) for item in rules]
    assert list(flag_set.client_flags(context)) == public
