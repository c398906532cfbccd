"""One exposition for all processes of `launch serve --workers N` (F8).

Each process writes its metrics to a file, every second and before each scrape; the process that is
scraped adds up the files. A process that takes the slot of a dead one continues its counters, so
that no counter of this host ever falls.
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

MAX_SLOTS = 128
WRITE_SECONDS = 1.0
LABEL = "process"  # of gauges: the slot of a process, from 0
_ADDED_UP = frozenset({"counter", "histogram"})
_EQUAL_IN_ALL_PROCESSES = frozenset({"launch_build_info"})

Family = dict[str, Any]  # as it stands in a file


class MetricFiles:
    """A folder with a file for each process."""

    def __init__(self, folder: Path) -> None:
        """Takes the first free slot, while this process lives."""
        self._folder = folder
        self._slot, self._lock = self._take()
        # The counters of earlier processes at this slot.
        self._before = [family for family in self._read(self._slot) if _is_additive(family)]

    def write(self, families: Iterable[Metric]) -> None:
        """Write the metrics of this process."""
        own_families = [_to_plain(family) for family in families]
        text = json.dumps(_sum([*self._before, *own_families]))
        draft = self._folder / f"{self._slot}.new"
        draft.write_text(text)
        draft.replace(self._file(self._slot))

    def read_all(self) -> list[Metric]:
        """The metrics of all processes; without gauges of processes that have ended."""
        families_of_host: list[Family] = []
        for slot in range(MAX_SLOTS):
            is_alive = slot == self._slot or self._is_taken(slot)
            for family in self._read(slot):
                if _is_additive(family) or family["name"] in _EQUAL_IN_ALL_PROCESSES:
                    families_of_host.append(family)
                elif is_alive:
                    families_of_host.append(_with_process_label(family, str(slot)))
        return [_to_family(item) for item in _sum(families_of_host)]

    def close(self) -> None:
        """Release the slot for another process."""
        os.close(self._lock)

    def _take(self) -> tuple[int, int]:
        for slot in range(MAX_SLOTS):
            lock = os.open(self._folder / f"{slot}.lock", os.O_CREAT | os.O_RDWR, 0o600)
            if _locked(lock, fcntl.LOCK_EX):
                return slot, lock
            os.close(lock)
        raise RuntimeError(f"more than {MAX_SLOTS} processes share {self._folder}")

    def _is_taken(self, slot: int) -> bool:
        try:
            lock = os.open(self._folder / f"{slot}.lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            return not _locked(lock, fcntl.LOCK_SH)
        finally:
            os.close(lock)

    def _read(self, slot: int) -> list[Family]:
        try:
            families_read: list[Family] = json.loads(self._file(slot).read_text())
        except (FileNotFoundError, ValueError):
            return []
        return families_read

    def _file(self, slot: int) -> Path:
        return self._folder / f"{slot}.json"


class Sharing:
    """Writes the metrics of this process periodically."""

    def __init__(self, folder: Path, families: Callable[[], Iterable[Metric]]) -> None:
        """`families` are those of this process alone."""
        self._folder = folder
        self._families = families
        self._files: MetricFiles | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take a slot and start writing."""
        self._files = MetricFiles(self._folder)
        self._files.write(self._families())
        self._task = asyncio.create_task(self._run(self._files), name="shared-metrics")

    async def stop(self) -> None:
        """Write the final values."""
        await end(self._task)
        files, self._files = self._files, None
        if files is not None:
            files.write(self._families())
            files.close()

    def read_all(self) -> Sequence[Metric]:
        """All processes of this host: this one now, others as of the last second."""
        if self._files is None:
            return list(self._families())
        self._files.write(self._families())
        return self._files.read_all()

    async def _run(self, files: MetricFiles) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            files.write(self._families())


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _to_plain(family: Metric) -> Family:
    samples = [[sample.name, sample.labels, sample.value] for sample in family.samples]
    return {
        "name": family.name, "text": family.documentation, "type": family.type, "samples": samples
    }  # fmt: skip


def _to_family(plain: Family) -> Metric:
    family = Metric(plain["name"], plain["text"], plain["type"])
    for name, labels, value in plain["samples"]:
        family.add_sample(name, labels, value)
    return family


def _is_additive(family: Family) -> bool:
    return family["type"] in _ADDED_UP


def _with_process_label(family: Family, slot: str) -> Family:
    samples = [[name, {**labels, LABEL: slot}, value] for name, labels, value in family["samples"]]
    return {**family, "samples": samples}


def _sum(families: Iterable[Family]) -> list[Family]:
    """One family per name; samples with equal labels are added up if that makes sense.

    Buckets are sums, with the same bounds in all processes.
    """
    by_name: dict[str, tuple[Family, dict[tuple[object, ...], list[Any]]]] = {}
    for family in families:
        _, samples = by_name.setdefault(family["name"], (family, {}))
        for name, labels, value in family["samples"]:
            entry = samples.setdefault((name, *sorted(labels.items())), [name, labels, 0.0])
            entry[2] = entry[2] + value if _is_additive(family) else value
    return list(_families(by_name.values()))


def _families(
    by_name: Iterable[tuple[Family, dict[tuple[object, ...], list[Any]]]],
) -> Iterator[Family]:
    for family, samples in by_name:
        yield {**family, "samples": list(samples.values())}
