"""Four processes write at once, some stall, some roll back: the log has each event once (PERF2)."""

from bench.event_log import Seen, Written, observed, wrong
from bench.log_writers import Command
from db.session import Database


async def test_writers_that_stall_make_the_log_skip_nothing(db: Database) -> None:
    command = Command(db.url, rate=40.0, seconds=3.0, stall=1.0)
    written, seen = await observed(command)
    assert wrong(written, seen) == []
    assert len(written.committed) > 4 * 3
    assert written.rolled_back


def test_skipped_duplicate_and_rolled_back_events_are_detected() -> None:
    written = Written({1: 0.0, 2: 0.0}, frozenset({3}))
    assert wrong(written, Seen({1: 1.0, 2: 1.0}, [0, 1, 2])) == []
    assert wrong(written, Seen({1: 1.0}, [0, 1])) == ["1 skipped"]
    assert wrong(written, Seen({1: 1.0, 2: 1.0, 3: 1.0}, [0, 1, 2, 3], doubled=1)) == [
        "1 doubled",
        "1 seen though rolled back",
    ]
    assert wrong(written, Seen({1: 1.0, 2: 1.0}, [0, 1, 4])) == ["2 gaps"]
