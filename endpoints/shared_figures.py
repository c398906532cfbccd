"""One exposition for all processes of `launch serve --workers N` (F8).

Each process writes what it shows into a file of its own, every second and before each answer; the
one that is scraped adds up the files. What is counted of a process that died stays: whoever takes
its place goes on from there, so that no counter of this host ever falls.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from prometheus_client.metrics_core import Metric

from services.platform.background import end

MAX_PLACES = 128
WRITE_SECONDS = 1.0
LABEL = "process"  # of gauges: the place of a process, from 0
_ADDED_UP = frozenset({"counter", "histogram"})
_ALIKE = frozenset({"launch_build_info"})

Family = dict[str, Any]  # as it stands in a file


class Shelf:
    """A folder with a place for each process."""

    def __init__(self, folder: Path) -> None:
        """Takes the first place that is free, for as long as this process lives."""
        self._folder = folder
        self._place, self._lock = self._take()
        # What earlier processes at this place have counted.
        self._before = [family for family in self._read(self._place) if _adds_up(family)]

    def put(self, families: Iterable[Metric]) -> None:
        """What this process shows now."""
        mine = [_plain(family) for family in families]
        text = json.dumps(_sum([*self._before, *mine]))
        draft = self._folder / f"{self._place}.new"
        draft.write_text(text)
        draft.replace(self._file(self._place))

    def everything(self) -> list[Metric]:
        """What all processes show together; gauges of those that have ended are left out."""
        found: list[Family] = []
        for place in range(MAX_PLACES):
            is_alive = place == self._place or self._is_taken(place)
            for family in self._read(place):
                if _adds_up(family) or family["name"] in _ALIKE:
                    found.append(family)
                elif is_alive:
                    found.append(_marked(family, str(place)))
        return [_family(item) for item in _sum(found)]

    def close(self) -> None:
        """Leave the place to another process."""
        os.close(self._lock)

    def _take(self) -> tuple[int, int]:
        for place in range(MAX_PLACES):
            lock = os.open(self._folder / f"{place}.lock", os.O_CREAT | os.O_RDWR, 0o600)
            if _locked(lock, fcntl.LOCK_EX):
                return place, lock
            os.close(lock)
        raise RuntimeError(f"more than {MAX_PLACES} processes share {self._folder}")

    def _is_taken(self, place: int) -> bool:
        try:
            lock = os.open(self._folder / f"{place}.lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            return not _locked(lock, fcntl.LOCK_SH)
        finally:
            os.close(lock)

    def _read(self, place: int) -> list[Family]:
        try:
            found: list[Family] = json.loads(self._file(place).read_text())
        except (FileNotFoundError, ValueError):
            return []
        return found

    def _file(self, place: int) -> Path:
        return self._folder / f"{place}.json"


class Sharing:
    """Keeps the figures of this process on the shelf."""

    def __init__(self, folder: Path, families: Callable[[], Iterable[Metric]]) -> None:
        """`families` are those of this process alone."""
        self._folder = folder
        self._families = families
        self._shelf: Shelf | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take a place, and write from now on."""
        self._shelf = Shelf(self._folder)
        self._shelf.put(self._families())
        self._task = asyncio.create_task(self._run(self._shelf), name="shared-figures")

    async def stop(self) -> None:
        """Write what was counted to the end."""
        await end(self._task)
        shelf, self._shelf = self._shelf, None
        if shelf is not None:
            shelf.put(self._families())
            shelf.close()

    def everything(self) -> Sequence[Metric]:
        """Of all processes of this host, as of this moment here and a second ago elsewhere."""
        if self._shelf is None:
            return list(self._families())
        self._shelf.put(self._families())
        return self._shelf.everything()

    async def _run(self, shelf: Shelf) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            shelf.put(self._families())


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _plain(family: Metric) -> Family:
    samples = [[sample.name, sample.labels, sample.value] for sample in family.samples]
    return {
        "name": family.name, "text": family.documentation, "type": family.type, "samples": samples
    }  # fmt: skip


def _family(plain: Family) -> Metric:
    family = Metric(plain["name"], plain["text"], plain["type"])
    for name, labels, value in plain["samples"]:
        family.add_sample(name, labels, value)
    return family


def _adds_up(family: Family) -> bool:
    return family["type"] in _ADDED_UP


def _marked(family: Family, place: str) -> Family:
    samples = [[name, {**labels, LABEL: place}, value] for name, labels, value in family["samples"]]
    return {**family, "samples": samples}


def _sum(families: Iterable[Family]) -> list[Family]:
    """One family of each name; samples with the same labels are added up where that means anything.

    Buckets are sums themselves, and those of all processes have the same bounds.
    """
    found: dict[str, tuple[Family, dict[tuple[object, ...], list[Any]]]] = {}
    for family in families:
        _, samples = found.setdefault(family["name"], (family, {}))
        for name, labels, value in family["samples"]:
            known = samples.setdefault((name, *sorted(labels.items())), [name, labels, 0.0])
            known[2] = known[2] + value if _adds_up(family) else value
    return list(_families(found.values()))


def _families(
    found: Iterable[tuple[Family, dict[tuple[object, ...], list[Any]]]],
) -> Iterator[Family]:
    for family, samples in found:
        yield {**family, "samples": list(samples.values())}
