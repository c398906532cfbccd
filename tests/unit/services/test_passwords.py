"""Hashing off the event loop (S13)."""

import asyncio
import threading
import time

import pytest
from argon2 import PasswordHasher

from domain.errors import RateLimited
from services.platform.passwords import Passwords
from tests.factories.accounts import fast_passwords
from tests.support.clock import PATIENCE


class SlowHasher(PasswordHasher):
    """Works until it is let go, and counts how many work at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.go = threading.Event()
        self.at_once = 0
        self.most = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.go.wait(PATIENCE)
        self.at_once -= 1
        return "hash"


async def test_password_verifies_against_its_own_hash_only() -> None:
    passwords = fast_passwords()
    stored = await passwords.hash("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert await passwords.verify(stored, "correct horse battery")
    assert not await passwords.verify(stored, "correct horse batterY")


async def test_same_text_typed_on_another_keyboard_fits() -> None:
    passwords = fast_passwords()
    stored = await passwords.hash("caf\u00e9 au lait")
    assert await passwords.verify(stored, "cafe\u0301 au lait")


@pytest.mark.parametrize("stored", [None, "", "nonsense", "$argon2id$v=19$broken"])
async def test_no_password_matches_a_missing_or_malformed_hash(stored: str | None) -> None:
    assert not await fast_passwords().verify(stored, "correct horse battery")


async def test_unknown_account_costs_a_real_verification() -> None:
    passwords = Passwords()
    stored = await passwords.hash("correct horse battery")
    begin = time.process_time()
    await passwords.verify(None, "wrong horse battery")
    unknown = time.process_time() - begin
    begin = time.process_time()
    await passwords.verify(stored, "wrong horse battery")
    assert unknown > (time.process_time() - begin) / 4


async def test_outdated_parameters_ask_for_a_new_hash() -> None:
    stored = await fast_passwords().hash("correct horse battery")
    assert not fast_passwords().needs_rehash(stored)
    assert Passwords().needs_rehash(stored)


async def test_flood_waits_in_line_and_then_is_refused() -> None:
    hasher = SlowHasher()
    passwords = Passwords(hasher=hasher, threads=2, most_waiting=3)
    waiting = [asyncio.create_task(passwords.hash("x")) for _ in range(3)]
    await asyncio.sleep(0)  # each has begun: it hashes or waits in line
    with pytest.raises(RateLimited):
        await passwords.hash("x")
    hasher.go.set()
    assert await asyncio.gather(*waiting) == ["hash"] * 3
    assert hasher.most == 2


async def test_event_loop_goes_on_while_a_password_is_hashed() -> None:
    hasher = SlowHasher()
    task = asyncio.create_task(Passwords(hasher=hasher).hash("x"))
    await asyncio.sleep(0.02)
    assert not task.done()
    hasher.go.set()
    assert await task == "hash"
