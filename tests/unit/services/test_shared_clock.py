"""The clock of Redis, as seen from a host whose own clock is another (X5)."""

from services.platform.shared_clock import SharedClock


def test_the_offset_is_unknown_before_the_first_reading() -> None:
    assert SharedClock().offset is None


def test_the_offset_is_taken_at_the_middle_of_the_round_trip() -> None:
    clock = SharedClock()
    clock.note(100, (50, 0), 110)
    assert clock.offset == 50_000 - 105


def test_the_offset_of_the_shortest_round_trip_is_used() -> None:
    clock = SharedClock()
    clock.note(100, (50, 0), 102)
    clock.note(200, (50, 130_000), 260)
    assert clock.offset == 50_000 - 101


def test_the_clock_of_a_new_redis_is_adopted_at_once() -> None:
    clock = SharedClock()
    clock.note(100, (50, 0), 102)
    clock.note(200, (90, 0), 260)
    assert clock.offset == 90_000 - 230
