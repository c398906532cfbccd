"""The propagation of flag set versions (X5, S97)."""

from datetime import datetime

import strawberry

from domain.propagation import propagation as domain


@strawberry.type(description="The propagation of a flag change to processes and live clients.")
class Propagation:
    """The propagation of a version since its commit, on one clock for all hosts."""

    version: int = strawberry.field(description="The version of the whole set of flags.")
    started_at: datetime = strawberry.field(description="When it was committed.")
    processes: int = strawberry.field(description="The number of server processes that count.")
    total: int = strawberry.field(
        description="The number of receivers: every process that was live when the change was made,"
        " and the streams of viewerFlags that were open when their process received it."
    )
    acked: int = strawberry.field(
        description="The number of receivers that have it: a process serves it, or the transport of"
        " a stream accepted it."
    )
    unknown_processes: int = strawberry.field(
        description="How many processes stopped answering before they said that they have it. "
        "One that hangs may hold its clients on the old values."
    )
    unknown_streams: int = strawberry.field(
        description="How many streams were lost with their process or connection before they had "
        "it: nobody knows what their clients show."
    )
    confirmed: int = strawberry.field(
        description="How many clients have said so themselves, by acknowledgeFlags."
    )
    p95_ms: int | None = strawberry.field(
        description="The 95th percentile of the delay, in milliseconds."
    )
    complete_ms: int | None = strawberry.field(
        description="Milliseconds until all receivers had it; null until then."
    )
    complete: bool = strawberry.field(
        description="True once all receivers have it. Never true while anything is unknown."
    )
    slowest: str | None = strawberry.field(
        description="The receiver that is waited for or was lost, as host:process; then the slowest"
        " one."
    )
    within_budget: bool | None = strawberry.field(
        description="Whether all had it within 30 seconds; null while it is undecided, or unknown "
        "because a receiver was lost."
    )

    @classmethod
    def of(cls, measurement: domain.Propagation) -> "Propagation":
        """Build the object from a measurement."""
        return cls(
            version=measurement.version,
            started_at=measurement.started_at,
            processes=measurement.processes,
            total=measurement.total,
            acked=measurement.acked,
            unknown_processes=measurement.unknown_processes,
            unknown_streams=measurement.unknown_streams,
            confirmed=measurement.confirmed,
            p95_ms=measurement.p95_ms,
            complete_ms=measurement.complete_ms,
            complete=measurement.complete,
            slowest=measurement.slowest,
            within_budget=measurement.within_budget,
        )
