"""Counts the live processes in which the result of an action on a phase is in force (D4).

A propagation measures how a change spread; this says who serves it now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.platform.text_format import counted
from domain.propagation.propagation import Presence, Receipt, parts_of, unknown_text
from domain.propagation.propagation_roster import ServerProcess


@dataclass(frozen=True, slots=True)
class Verification:
    """Of `live` processes, `in_force` serve the version of the action or a later one.

    Unknown are processes that stopped sending heartbeats, and streams that were lost, without it.
    `all_asked` False: only this process could be asked.
    """

    version: int
    moved_at: datetime
    live: int
    in_force: int
    unknown_processes: int = 0
    unknown_streams: int = 0
    all_asked: bool = True

    @property
    def is_verified(self) -> bool:
        """In force in every live process, with nothing unknown."""
        unknown = self.unknown_processes + self.unknown_streams
        return self.all_asked and 0 < self.live == self.in_force and not unknown

    @property
    def summary(self) -> str:
        """Such as `in force in 2 of 3 live processes; unknown: 1 process, 2 streams`."""
        live = counted(self.live, "live process", "live processes")
        parts = [f"in force in {self.in_force} of {live}"]
        if not self.all_asked:
            parts.append("unknown: all other processes (Redis does not answer)")
        unknown = unknown_text(self.unknown_processes, self.unknown_streams)
        return "; ".join([*parts, unknown] if unknown else parts)


def verify(
    version: int,
    moved_at: datetime,
    receipts: Iterable[Receipt],
    processes: Iterable[ServerProcess],
    now_ms: int,
    *,
    all_asked: bool,
) -> Verification:
    """Compare what each process serves at `now_ms` of the shared clock with the version.

    A process that signed off, or stopped sending heartbeats so long ago that its clients have
    noticed, does not count: no client sees what it served.
    """
    present = {
        process.name: Presence(process.streams, process.answers(now_ms))
        for process in processes
        if process.answers(now_ms) or process.is_missing(now_ms)
    }
    served = [receipt for receipt in receipts if receipt.process in present]
    parts = parts_of(version, served, present)
    live = [part for part in parts if part.answers]
    return Verification(
        version=version,
        moved_at=moved_at,
        live=len(live),
        in_force=sum(part.receipt is not None for part in live),
        unknown_processes=sum(part.unknown_processes for part in parts),
        unknown_streams=sum(part.unknown_streams for part in parts),
        all_asked=all_asked,
    )
