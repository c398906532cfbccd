"""Files of archived events: gzip of JSON lines that describe and verify themselves (ADR 43).

The first line says what the file is and which positions it has, then each event with its audit rows
is one line, and the last line has the counts and the SHA-256 of everything before it. No password
or token is in them; names and e-mail addresses of actors are, so only the owner can read the file.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from db.queries.archived_rows import Line
from domain.errors import Invalid

FORMAT, VERSION = "wedsync-launch-log", 1
_DAMAGED = (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says about itself."""

    archived_before: datetime
    first_seq: int
    last_seq: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The header of a file, with the number of its events and audit rows and its checksum."""

    header: Header
    events: int
    changes: int
    sha256: str


class ArchiveWriter:
    """Writes a file beside its final name; `finish` gives it that name once it is on the disk."""

    def __init__(self, path: Path, header: Header) -> None:
        """Begin the file. Raises OSError."""
        self._path, self._partial = path, path.with_name(f"{path.name}.partial")
        self._header, self._hash = header, hashlib.sha256()
        self._events = self._changes = 0
        descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._raw = os.fdopen(descriptor, "wb")
        self._file = gzip.GzipFile(fileobj=self._raw, mode="wb", filename="", compresslevel=6)
        self._write(
            {
                "format": FORMAT,
                "version": VERSION,
                "archivedBefore": header.archived_before.isoformat(),
                "firstPosition": header.first_seq,
                "lastPosition": header.last_seq,
                "createdAt": header.created_at.isoformat(),
                "createdBy": header.created_by,
            }
        )

    def add(self, line: Line) -> None:
        """Add one event."""
        self._write_line(line.text)
        self._events += 1
        self._changes += line.changes

    def finish(self) -> None:
        """Write the last line, flush everything to the disk and rename the file."""
        totals = {"events": self._events, "changes": self._changes}
        self._write({**totals, "sha256": self._hash.hexdigest()})
        self._file.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        self._partial.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def abandon(self) -> None:
        """Close and delete an unfinished file; harmless after `finish`."""
        self._raw.close()
        self._partial.unlink(missing_ok=True)

    def _write(self, value: dict[str, object]) -> None:
        self._write_line(json.dumps(value))

    def _write_line(self, text: str) -> None:
        data = text.encode() + b"\n"
        self._hash.update(data)
        self._file.write(data)


def read(path: Path, take: Callable[[str], None] = lambda _: None) -> Summary:
    """Read a whole file and verify it; `take` gets each line with an event.

    Raises Invalid if the file cannot be read, is no archive, or is damaged or incomplete.
    """
    try:
        with gzip.open(path, "rb") as file:
            return _read(file, take)
    except _DAMAGED as error:
        reason = str(error) or type(error).__name__
        raise Invalid(f"{path} is not an intact archive: {reason}.") from None


def _read(file: Iterable[bytes], take: Callable[[str], None]) -> Summary:
    digest, lines = hashlib.sha256(), iter(file)
    header = _header(_hashed(next(lines, b""), digest))
    events = changes = 0
    position = header.first_seq - 1
    for line in lines:
        value = json.loads(line)
        if "sha256" in value:
            _check(value, (events, changes, digest.hexdigest()), lines)
            if position != header.last_seq:
                raise ValueError(f"it ends at position {position}")
            return Summary(header, events, changes, value["sha256"])
        _hashed(line, digest)
        if not position < value["event"]["seq"] <= header.last_seq:
            raise ValueError(f"position {value['event']['seq']} follows {position}")
        position = value["event"]["seq"]
        events, changes = events + 1, changes + len(value["changes"])
        take(line.decode().rstrip("\n"))
    raise ValueError("its end is missing")


def _hashed(line: bytes, digest: Any) -> bytes:  # noqa: ANN401 - hashlib's type is private
    digest.update(line)
    return line


def _header(line: bytes) -> Header:
    value = json.loads(line)
    if value["format"] != FORMAT or value["version"] != VERSION:
        raise ValueError(f"format {value['format']} {value['version']}")
    return Header(
        datetime.fromisoformat(value["archivedBefore"]),
        value["firstPosition"],
        value["lastPosition"],
        datetime.fromisoformat(value["createdAt"]),
        value["createdBy"],
    )


def _check(value: dict[str, Any], counted: tuple[int, int, str], rest: Iterator[bytes]) -> None:
    if (value["events"], value["changes"], value["sha256"]) != counted:
        raise ValueError("its checksum differs")
    if next(rest, None) is not None:
        raise ValueError("something follows its end")
