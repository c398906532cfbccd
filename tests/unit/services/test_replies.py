"""Answers are given again for the same revision, and memory is bounded (ADR 12)."""

import pytest

from db.revisions import Revision, Revisions
from domain.errors import DependencyDown
from services import replies as module
from services.replies import Replies, Source
from tests.servers import free_port

NOBODY = Revisions(f"postgresql://nobody@127.0.0.1:{free_port()}/none", 0.5)


@pytest.fixture
def replies() -> Replies:
    return Replies(NOBODY, most_bytes=10)


def test_an_answer_holds_for_its_revision_alone(replies: Replies) -> None:
    replies.keep("a", 1, b"one")
    assert replies.find("a", 1) == b"one"
    assert replies.find("a", 2) is None
    assert replies.find("b", 1) is None
    replies.keep("a", 2, b"two")
    assert replies.find("a", 1) is None
    assert (replies.find("a", 2), replies.size) == (b"two", 3)


def test_the_least_used_answer_goes_first(replies: Replies) -> None:
    for name in "abc":
        replies.keep(name, 1, b"four")
    assert [replies.find(name, 1) for name in "abc"] == [None, b"four", b"four"]
    replies.find("b", 1)
    replies.keep("d", 1, b"four")
    assert [replies.find(name, 1) for name in "bcd"] == [b"four", None, b"four"]
    assert replies.size == 8


def test_an_answer_that_is_too_long_is_not_kept(replies: Replies) -> None:
    replies.keep("a", 1, b"x" * (module.MOST_OF_ONE + 1))
    assert replies.size == 0


def test_the_flags_stay_where_others_write() -> None:
    before, after = Revision(7, "10:10:"), Revision(7, "11:11:")
    assert Source.FLAGS.part(before) == Source.FLAGS.part(after)
    assert Source.ROWS.part(before) != Source.ROWS.part(after)


async def test_a_database_that_is_away_is_said_so(replies: Replies) -> None:
    with pytest.raises(DependencyDown):
        await replies.revision(Source.FLAGS)
    await replies.close()
