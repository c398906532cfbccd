"""Kill switches are records; per key the highest number decides (L11)."""

from datetime import timedelta
from itertools import permutations

import pytest

from domain.flags.kills import Kill, find_kill, kills_in_force, newest_by_key, next_number
from services.flags.kill_switch import KillSwitch
from tests.factories.kills import AT, kill_record


@pytest.mark.parametrize(
    ("numbers", "killed"),
    [
        ([(1, True)], True),
        ([(1, True), (2, False)], False),
        ([(2, True), (1, False)], True),  # a lift with a smaller number does nothing
        ([(1, True), (2, False), (3, True)], True),
        ([(5, True), (5, False)], True),  # of two with one number the kill decides
        ([(5, False)], False),
    ],
)
def test_the_highest_number_decides_in_whatever_order_records_arrive(
    numbers: list[tuple[int, bool]], killed: bool
) -> None:
    records = [kill_record("mvp_chat", number, killed=state) for number, state in numbers]
    for order in permutations(records):
        switch = KillSwitch()
        for record in order:
            switch.merge([record])
        assert ("mvp_chat" in switch.killed) is killed
        assert kills_in_force(newest_by_key(order)) == switch.kills


def test_numbers_grow_with_time_and_above_all_known_ones() -> None:
    first = next_number(0, AT)
    assert next_number(first, AT) == first + 1
    assert next_number(first, AT - timedelta(hours=1)) == first + 1  # a clock that is late
    assert next_number(0, AT + timedelta(microseconds=5)) == first + 5


def test_kills_of_the_environment_are_never_lifted() -> None:
    switch = KillSwitch(frozenset({"mvp_maps"}))
    switch.merge([kill_record("mvp_maps", 1), kill_record("mvp_maps", 2, killed=False)])
    assert switch.find("mvp_maps") == Kill("mvp_maps")
    assert switch.find("mvp_chat") is None


def test_a_kill_of_one_flag_is_shown_before_that_of_all() -> None:
    one, every = kill_record("mvp_chat"), kill_record("*")
    kills = {"*": every, "mvp_chat": one}
    assert find_kill("mvp_chat", kills, ()) == Kill("mvp_chat", one)
    assert find_kill("mvp_maps", kills, ()) == Kill("*", every)


def test_a_record_is_written_until_postgresql_is_known_to_have_it() -> None:
    switch, record = KillSwitch(), kill_record("mvp_chat")
    switch.merge([record])
    assert (switch.unwritten, switch.is_written(record)) == ([record], False)
    switch.merge([record], written=True)
    switch.merge([record])  # heard of again, from Redis
    assert (switch.unwritten, switch.is_written(record)) == ([], True)
    switch.compare([])  # an older backup of the database was restored
    assert switch.unwritten == [record]


def test_a_mirror_keeps_what_decides_and_what_is_not_written() -> None:
    switch = KillSwitch()
    old, lift, new = (kill_record("mvp_chat", n, killed=n != 2) for n in (1, 2, 3))
    switch.merge([old], written=True)
    switch.merge([lift, new])
    assert switch.forget_superseded([old.id, lift.id, new.id]) == [old.id]
    switch.merge([lift], written=True)
    assert switch.forget_superseded([lift.id, new.id]) == [lift.id]
