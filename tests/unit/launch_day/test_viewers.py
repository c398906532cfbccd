"""What a viewer of the launch day saw, and when."""

from tests.launch_day.listeners import Life
from tests.launch_day.viewers import Seen, Viewer, arrivals, delays

ON, OFF = frozenset({"chat"}), frozenset[str]()


def viewer(*seen: Seen, lives: tuple[Life, ...] = (Life(1, 10.0),)) -> Viewer:
    watched = Viewer("device", ON)
    watched.seen.extend(seen)
    watched.listener.lives.extend(lives)
    return watched


def test_the_first_message_of_a_connection_is_no_change() -> None:
    watched = viewer(
        Seen(10.0, 1, OFF),
        Seen(12.0, 2, ON),
        Seen(20.0, 4, OFF),
        lives=(Life(1, 10.0, 15.0), Life(2, 20.0)),
    )
    assert list(delays(watched)) == [(2, 12.0)]
    assert watched.arrival(1, 2, 11.0) == 12.0
    assert watched.arrival(2, 4, 11.0) is None  # it was away


def test_a_viewer_shows_its_state_at_a_moment() -> None:
    watched = viewer(Seen(10.0, 1, OFF), Seen(12.0, 2, ON))
    assert [watched.on_at(at) for at in (9.0, 11.0, 13.0)] == [OFF, OFF, ON]


def test_arrivals_are_of_those_who_were_there_and_had_something_else() -> None:
    had = viewer(Seen(10.0, 1, ON), Seen(33.0, 2, OFF))
    had_not = viewer(Seen(10.0, 1, OFF))
    never_told = viewer(Seen(10.0, 1, ON))
    away = viewer(Seen(10.0, 1, ON), lives=(Life(1, 10.0, 20.0),))
    assert arrivals([had, had_not, never_told, away], OFF, 30.0) == [33.0, None]
