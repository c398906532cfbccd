"""All visitors at one private address are one visitor: that is said, and nothing else is (F6)."""

import random

import pytest

from endpoints.callers import ENOUGH, WINDOW, Callers


def of(*hosts: str, local: bool = False) -> str | None:
    callers = Callers(local=local)
    for host in hosts:
        callers.record(host)
    return callers.warning


@pytest.mark.parametrize("host", ["172.30.0.5", "10.1.2.3", "fd00::7", "::ffff:10.0.0.1", "::1"])
def test_a_single_private_address_is_reported(host: str) -> None:
    warning = of(*[host] * ENOUGH)
    assert warning is not None
    assert host in warning
    assert "TRUSTED_PROXIES" in warning


def test_people_of_the_same_machine_are_no_proxy() -> None:
    assert of(*["127.0.0.1"] * ENOUGH, local=True) is None


@pytest.mark.parametrize("host", ["203.0.113.9", "2001:db9::1", "::ffff:8.8.8.8", "testclient"])
def test_a_single_public_address_is_a_visitor(host: str) -> None:
    if host != "203.0.113.9":  # reserved for documents, and so private to Python
        assert of(*[host] * ENOUGH) is None


def test_no_proxy_warning_before_enough_requests() -> None:
    assert of(*["10.0.0.1"] * (ENOUGH - 1)) is None


def test_occasional_requests_of_a_worker_do_not_hide_the_proxy_warning() -> None:
    hosts = ["10.0.0.1"] * 95 + ["10.0.0.9"] * 5
    random.Random(7).shuffle(hosts)
    assert of(*hosts) is not None


def test_different_private_addresses_give_no_proxy_warning() -> None:
    assert of(*[f"10.0.0.{n % 5}" for n in range(WINDOW)]) is None
    assert of(*["10.0.0.1", "8.8.8.8"] * ENOUGH) is None


def test_the_warning_ends_when_addresses_differ() -> None:
    callers = Callers(local=False)
    for _ in range(ENOUGH):
        callers.record("10.0.0.1")
    assert callers.warning is not None
    for n in range(2 * WINDOW):
        callers.record(f"8.8.{n % 200}.8")
    assert callers.warning is None
