"""Answers are given again for the same revision, and memory is bounded (ADR 12)."""

from functools import partial
from typing import cast

import pytest

from db.revisions import Revision, Revisions
from db.session import Database
from domain.errors import DependencyDown
from services.flag_store import FlagStore
from services.replies import Kept, Question, Replies, Source, together
from tests.clock import Clock
from tests.factories.kills import kill_record
from tests.servers import dead_port

NOBODY_URL = f"postgresql+asyncpg://nobody@127.0.0.1:{dead_port()}/none"


def test_an_answer_holds_for_its_revision_alone() -> None:
    replies = Replies(Revisions(NOBODY_URL), FlagStore(cast("Database", None), clock=Clock()))
    question = Question(Source.ROWS, ("what", None), b"", 1)
    replies.keep(question, "who", Kept(1, b"one"))
    assert [replies.find(question, "who", at) for at in (1, 2)] == [b"one", None]
    replies.keep(question, "who", Kept(2, b"two"))
    assert [replies.find(question, "who", at) for at in (1, 2)] == [None, b"two"]
    assert len(replies.rows) == 1


@pytest.mark.parametrize(
    ("sources", "source"),
    [
        (set(), None),
        ({Source.FLAGS}, Source.FLAGS),
        ({Source.FLAGS, Source.ROWS}, Source.ROWS),
        ({Source.VIEW}, Source.VIEW),
        ({Source.VIEW, Source.FLAGS}, None),
        ({Source.VIEW, Source.ROWS}, None),
    ],
)
def test_what_parts_are_made_of_together(sources: set[Source], source: Source | None) -> None:
    assert together(sources) is source


def test_the_flags_stay_where_others_write() -> None:
    before, after = Revision(7, "10:10:"), Revision(7, "11:11:")
    assert Source.FLAGS.part(before) == Source.FLAGS.part(after)
    assert Source.ROWS.part(before) != Source.ROWS.part(after)


async def test_without_a_database_only_what_is_in_memory_has_a_revision() -> None:
    database = Database(NOBODY_URL, clock=Clock())
    flags = FlagStore(database, clock=Clock())
    replies = Replies(Revisions(NOBODY_URL), flags)
    with pytest.raises(DependencyDown):
        await replies.revision(Source.FLAGS)
    before = await replies.revision(Source.VIEW)
    assert await replies.revision(Source.VIEW) == before
    flags.kills.merge([kill_record("*")])
    assert await replies.revision(Source.VIEW) != before
    await replies.close()
    await database.dispose()


def test_what_is_given_again_is_counted_again() -> None:
    replies = Replies(Revisions(NOBODY_URL), FlagStore(cast("Database", None), clock=Clock()))
    question = Question(Source.VIEW, ("what", None), b"", 1)
    seen: list[str] = []
    replies.keep(question, "who", Kept(1, b"data", [partial(seen.append, "a")]))
    given = [replies.find(question, who, at) for who, at in (("who", 1), ("else", 1), ("who", 2))]
    assert (given, seen, replies.hits) == ([b"data", None, None], ["a"], 1)
    assert (len(replies.views), len(replies.rows)) == (1, 0)
