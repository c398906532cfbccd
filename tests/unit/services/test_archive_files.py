"""A file of archived events verifies itself (ADR 43)."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.queries.archived_rows import Line
from domain.errors import Invalid
from services.overview import archive_files
from services.overview.archive_files import ArchiveWriter, Header

Damage = Callable[[list[bytes]], list[bytes]]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HEADER = Header(NOON, 7, 10, NOON, "anna@host")


def line(seq: int) -> Line:
    """An event with two audit rows."""
    return Line(seq, 2, json.dumps({"event": {"seq": seq, "note": "é"}, "changes": [{}, {}]}))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl.gz"
    writer = ArchiveWriter(path, HEADER)
    for seq in (7, 8, 10):
        writer.add(line(seq))
    writer.finish()
    return path


def test_a_file_says_what_it_has(path: Path) -> None:
    lines: list[str] = []
    summary = archive_files.read(path, lines.append)
    assert (summary.header, summary.events, summary.changes) == (HEADER, 3, 6)
    assert [json.loads(item)["event"]["seq"] for item in lines] == [7, 8, 10]
    first = json.loads(gzip.decompress(path.read_bytes()).splitlines()[0])
    assert (first["format"], first["version"]) == ("wedsync-launch-log", 1)


def test_only_its_owner_reads_a_file(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_abandoned_file_disappears(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path / "log.gz", HEADER)
    writer.add(line(7))
    assert [item.name for item in tmp_path.iterdir()] == ["log.gz.partial"]
    writer.abandon()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("reason", "damage"),
    [
        ("its checksum differs", lambda lines: [item.replace(b"note", b"nope") for item in lines]),
        ("its checksum differs", lambda lines: [*lines[:-2], lines[-1]]),
        ("its end is missing", lambda lines: lines[:-1]),
        ("position 7 follows 8", lambda lines: [lines[0], lines[2], lines[1], *lines[3:]]),
        ("something follows its end", lambda lines: [*lines, lines[1]]),
        ("format other 1", lambda lines: [lines[0].replace(b"wedsync-launch-log", b"other")]),
        ("Expecting value", lambda lines: []),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(path: Path, reason: str, damage: Damage) -> None:
    lines = gzip.decompress(path.read_bytes()).splitlines()
    path.write_bytes(gzip.compress(b"".join(item + b"\n" for item in damage(lines))))
    with pytest.raises(Invalid, match=reason):
        archive_files.read(path)


def test_a_file_that_is_cut_off_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Invalid, match="is not an intact archive"):
        archive_files.read(path)
