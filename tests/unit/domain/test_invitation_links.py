"""The code of a link is derived: the same again, and no other by accident (M2)."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.marketplace.invitation_links import link_code, mail_code

ONE = UUID("5d1f7f0e-6f0a-4b0f-9d3e-0a1b2c3d4e5f")


def test_a_link_is_the_same_whenever_it_is_derived() -> None:
    assert link_code(ONE, 0, b"secret") == "D8FYz-gx7MX7h73pD1zrUaura4i2m7Ud-S1NKkx0Efg"


@given(st.tuples(st.uuids(), st.integers(0, 2**31 - 1), st.binary(min_size=1)), st.data())
def test_a_link_depends_on_invitation_sending_and_secret(
    first: tuple[UUID, int, bytes], data: st.DataObject
) -> None:
    other = data.draw(st.tuples(st.uuids(), st.integers(0, 2**31 - 1), st.binary(min_size=1)))
    assert (link_code(*first) == link_code(*other)) is (first == other)
    assert len(link_code(*first)) == 43


@given(st.uuids(), st.integers(0, 2**31 - 1), st.binary(min_size=1))
def test_the_code_of_the_email_is_another_than_the_one_that_is_shown(
    key: UUID, sending: int, secret: bytes
) -> None:
    assert mail_code(key, sending, secret) == mail_code(key, sending, secret)
    assert mail_code(key, sending, secret) != link_code(key, sending, secret)
