"""Accept headers by RFC 9110: the closest range counts, with its weight."""

import pytest

from domain.platform.media_types import Accepted

JSON = "application/json"


@pytest.mark.parametrize(
    ("accept", "weight"),
    [
        ("", 1.0),
        ("*/*", 1.0),
        ("application/*", 1.0),
        (JSON, 1.0),
        ("Application/JSON ; Q=0.3", 0.3),
        ("application/json;charset=utf-8;q=0.25", 0.25),
        ("*/*;q=0.1, application/*;q=0.2, application/json;q=0.3", 0.3),
        ("application/json;q=0, */*", 0.0),
        ("application/*;q=0, */*", 0.0),
        ("text/*", 0.0),
        ("application/json;q=1.000", 1.0),
        ("application/json;q=1.5", 1.0),
        ("application/json;q=2", 0.0),
        ("application/json;q=-1", 0.0),
        ("application/json;q=", 0.0),
        ("application/json;q=0.1234", 0.0),
        ("application/json;q=nan", 0.0),
        ("nonsense, ;;, /", 0.0),
    ],
)
def test_the_weight_of_a_type(accept: str, weight: float) -> None:
    assert Accepted.of(accept).weight(JSON) == weight


def test_a_range_names_no_type() -> None:
    accepted = Accepted.of("text/*, text/event-stream;q=0.1, application/json;q=0")
    assert accepted.names("text/event-stream")
    assert not accepted.names("text/html")
    assert not accepted.names(JSON)
