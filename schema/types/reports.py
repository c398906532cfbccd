"""Reports on runs (X15)."""

import strawberry

from domain.phases.end_states import Exempt, Exemption
from domain.phases.proof_verdicts import Proof, ProofVerdict
from schema.enums import describe
from schema.types.criteria import CriterionStatus
from services.phases.reports import Report

describe(
    ProofVerdict,
    "The verdict of a run on an acceptance criterion.",
    KEPT="All of it was measured, and all of it is within the limit.",
    BROKEN="Something was measured beyond the limit.",
    UNKNOWN="It was measured in part, and that part is within the limit.",
    NOT_MEASURED="The run says nothing about it; the evidence says why, or which test covers it.",
)


@strawberry.type(description="An acceptance criterion of the launch, judged by one run.")
class AcceptanceProof:
    """The measured value of an acceptance criterion (S95 to S112)."""

    row: str = strawberry.field(description="Its row in the requirements, such as `S97`.")
    criterion: str = strawberry.field(description="The criterion.")
    verdict: ProofVerdict = strawberry.field(description="The verdict of the run.")
    kept: bool | None = strawberry.field(
        description="Whether the run kept it; null where it is unknown or was not measured.",
        deprecation_reason="Use verdict, which tells unknown from not measured; "
        "remove after 2027-06-30.",
    )
    value: float | None = strawberry.field(description="The worst measurement.")
    limit: float | None = strawberry.field(description="The limit, in the same unit.")
    unit: str = strawberry.field(description="Such as `ms`, `s` or `%`; empty for none.")
    evidence: str = strawberry.field(description="The evidence for the verdict.")

    @classmethod
    def of(cls, proof: Proof) -> "AcceptanceProof":
        """Build the object from a proof."""
        return cls(
            row=proof.row,
            criterion=proof.criterion,
            verdict=ProofVerdict(proof.verdict),
            kept=proof.kept,
            value=proof.value,
            limit=proof.limit,
            unit=proof.unit,
            evidence=proof.evidence,
        )


describe(
    Exemption,
    "Why a flag is not at the target of its run.",
    LIMITED="Somebody set a percentage below the ramp: the ceiling of the run.",
    SWITCHED_OFF="A person switched it off.",
    RELEASED="A person released it from the ramp: the owner's percentage applies.",
    KILLED="A kill switch forces it off.",
)


@strawberry.type(description="A flag that is not at the target of its run, and why.")
class ExemptFlag:
    """A flag that a proof leaves out; it is listed so that 100 % hides nothing."""

    key: str = strawberry.field(description="The flag's key.")
    reason: Exemption = strawberry.field(description="What keeps it from its target.")
    detail: str = strawberry.field(
        description="The same as a sentence, with its percentage and target."
    )

    @classmethod
    def of(cls, flag: Exempt) -> "ExemptFlag":
        """Build the object from a flag."""
        return cls(key=flag.key, reason=Exemption(flag.exemption), detail=flag.detail)


@strawberry.type(description="The report of a run, so far if it is live.")
class LaunchReport:
    """The report of a run; means cover its incidents, and are null without any."""

    markdown: str = strawberry.field(
        description="The whole report: proofs, flags, propagation, incidents, timeline."
    )
    criteria: list[CriterionStatus] = strawberry.field(
        description="The success criteria as they were last judged in the run."
    )
    exempt_flags: list[ExemptFlag] = strawberry.field(
        description="The flags that are not as far as the run lets them: at a ceiling, switched "
        "off, released or killed, while it is live or when it was completed. All others are at "
        "the present step, and at their targets once it is over. Empty after a rollback."
    )
    proofs: list[AcceptanceProof] = strawberry.field(
        description="The acceptance criteria S95 to S112, each with its measurement."
    )
    mttd_seconds: float | None = strawberry.field(
        description="Mean time to detect: from the first bad sample to the incident."
    )
    mtta_seconds: float | None = strawberry.field(
        description="Mean time to acknowledge: from the first bad sample to the person who took it."
    )
    mttr_seconds: float | None = strawberry.field(
        description="Mean time to recover: from the first bad sample to the end."
    )

    @classmethod
    def of(cls, report: Report) -> "LaunchReport":
        """Build the object from a report."""
        return cls(
            markdown=report.markdown,
            criteria=[CriterionStatus.of(*judged) for judged in report.criteria],
            exempt_flags=[ExemptFlag.of(item) for item in report.exempt],
            proofs=[AcceptanceProof.of(item) for item in report.proofs],
            mttd_seconds=report.means.to_detect,
            mtta_seconds=report.means.to_acknowledge,
            mttr_seconds=report.means.to_recover,
        )
