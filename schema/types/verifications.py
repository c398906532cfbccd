"""Verifications: in which processes the result of an action is in force (D4)."""

from datetime import datetime

import strawberry

from domain.propagation import verifications as domain


@strawberry.type(
    description="In how many live processes the result of a move of a phase is in force now."
)
class PhaseVerification:
    """A verification, from what each process reports that it serves."""

    version: int = strawberry.field(
        description="The version of the flags that the move made; follow it with the subscription "
        "`propagation`."
    )
    moved_at: datetime = strawberry.field(description="When the move was made.")
    live: int = strawberry.field(description="How many server processes answer now.")
    in_force: int = strawberry.field(
        description="How many of those serve this version, or a later one."
    )
    unknown_processes: int = strawberry.field(
        description="How many processes stopped sending heartbeats in the last ten minutes before "
        "they had it. One that hangs may hold its clients on the old values."
    )
    unknown_streams: int = strawberry.field(
        description="How many streams were lost with their process or connection before they had "
        "it: nobody knows what their clients show."
    )
    verified: bool = strawberry.field(
        description="In force in every live process, and nothing is unknown. Never true while the "
        "other processes cannot be asked."
    )
    summary: str = strawberry.field(
        description="The same as a sentence, such as `in force in 2 of 3 live processes; unknown: "
        "1 process, 2 streams`."
    )

    @classmethod
    def of(cls, verification: domain.Verification) -> "PhaseVerification":
        """Build the object from a verification."""
        return cls(
            version=verification.version,
            moved_at=verification.moved_at,
            live=verification.live,
            in_force=verification.in_force,
            unknown_processes=verification.unknown_processes,
            unknown_streams=verification.unknown_streams,
            verified=verification.is_verified,
            summary=verification.summary,
        )
