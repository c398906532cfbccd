"""The acceptance criteria of the launch, each judged by what a run has measured (S95 to S112)."""

from domain.phases import (
    alert_proofs,
    cadence_proofs,
    journey_proofs,
    rollback_proofs,
    spread_proofs,
)
from domain.phases.proof_verdicts import Proof, not_measured
from domain.phases.reports import ReportFacts

_ON_A_PHONE = "covered by web/e2e/journeys.test.ts, at 360 x 640"
_STATEMENTS = "covered by tests/architecture/test_statements.py"


def proofs(facts: ReportFacts) -> list[Proof]:
    """All of them, in the order of the source."""
    journeys = facts.measured.journeys
    return [
        rollback_proofs.prechecked(facts),
        spread_proofs.toggled(facts),
        spread_proofs.rolled_back(facts),
        cadence_proofs.health(facts),
        alert_proofs.critical(facts),
        *journey_proofs.targets(journeys),
        not_measured("S103", "the core works on a phone", _ON_A_PHONE),
        journey_proofs.success(journeys),
        cadence_proofs.response(facts),
        not_measured("S106", "statements do not grow with rows", _STATEMENTS),
        cadence_proofs.errors(facts),
        spread_proofs.realtime(facts),
        cadence_proofs.metrics(facts),
        cadence_proofs.journeys(facts),
        alert_proofs.noticed(facts),
        rollback_proofs.rehearsed(facts),
    ]
