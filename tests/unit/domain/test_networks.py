"""The networks by which callers are counted (S30, SEC5)."""

import pytest

from domain.platform.networks import network, public_block


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("local", "local"),
    ],
)
def test_network_is_what_one_caller_controls(address: str, counted: str) -> None:
    assert network(address) == counted


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("93.184.216.34", "93.184.216.0/24"),
        ("::ffff:93.184.216.34", "93.184.216.0/24"),
        ("2606:2800:220:1:248:1893:25c8:1946", "2606:2800:220:1::/64"),
        ("127.0.0.1", None),
        ("10.0.0.7", None),
        ("fd00::1", None),
        ("local", None),
    ],
)
def test_callers_are_counted_by_their_block_of_public_addresses(
    address: str, block: str | None
) -> None:
    assert public_block(address) == block
