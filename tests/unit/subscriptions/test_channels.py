"""What travels on the channel of events."""

import pytest

from subscriptions.channels import decode_events, encode_events
from tests.factories.events import recorded_event, some_event

EVENTS = [recorded_event(some_event(), seq) for seq in (7, 8, 9)]


def test_events_arrive_as_they_were_sent() -> None:
    assert decode_events(encode_events(EVENTS)) == EVENTS


def test_a_decoded_event_is_reused() -> None:
    """A process hears its own messages too."""
    message = encode_events(EVENTS)
    assert decode_events(message, after=8) == EVENTS[2:]
    assert decode_events(message, after=9) == []


@pytest.mark.parametrize("message", ["7", '["a"]', '[{"seq": 7}]', "[{}]"])
def test_messages_of_other_formats_are_refused(message: str) -> None:
    with pytest.raises(ValueError, match="not a message of events"):
        decode_events(message)
