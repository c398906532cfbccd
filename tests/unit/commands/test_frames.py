"""Frames as RFC 6455 has them: read by the client of `websockets`."""

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from commands.frames import head


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 100_000])
def test_a_client_reads_the_message(length: int) -> None:
    message = b"x" * length
    client = ClientProtocol(parse_uri("ws://launch.test"), state=OPEN, max_size=None)
    client.receive_data(head(length) + message)
    (frame,) = client.events_received()
    assert isinstance(frame, Frame)
    assert (frame.opcode, frame.fin, bytes(frame.data)) == (Opcode.TEXT, True, message)
