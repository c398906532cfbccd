"""Reports on runs (SPEC X15)."""

import strawberry

from schema.types.criteria import CriterionStatus
from services.reports import Report


@strawberry.type(description="What a run came to, or has come to so far.")
class LaunchReport:
    """Means are over the incidents of the run; null where there was nothing to measure."""

    markdown: str = strawberry.field(
        description="The whole report: proofs, flags, propagation, incidents, timeline."
    )
    criteria: list[CriterionStatus] = strawberry.field(
        description="The success criteria as they were last judged in the run."
    )
    mttd_seconds: float | None = strawberry.field(
        description="Mean time to detect: from the first bad sample to the incident."
    )
    mtta_seconds: float | None = strawberry.field(
        description="Mean time to acknowledge: from the incident to the person who took it."
    )
    mttr_seconds: float | None = strawberry.field(
        description="Mean time to recover: from the first bad sample to the end."
    )

    @classmethod
    def of(cls, found: Report) -> "LaunchReport":
        """A report as the graph shows it."""
        return cls(
            markdown=found.markdown,
            criteria=[CriterionStatus.of(*judged) for judged in found.criteria],
            mttd_seconds=found.means.to_detect,
            mtta_seconds=found.means.to_acknowledge,
            mttr_seconds=found.means.to_recover,
        )
