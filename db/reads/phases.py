"""Reads of phases and their flags."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, case

from db.models.flags import FeatureFlag
from db.models.phases import LaunchPhase, LaunchPhaseFlag, PhaseRun
from db.queries import phases as queries
from db.reads.base import PLAIN, Arguments, GlobalId, NoPlan, Read


def _by_id_or_key(arguments: Arguments) -> Sequence[ColumnElement[bool]]:
    if arguments.keys() == {"id"}:
        return [LaunchPhase.id == arguments["id"]]
    if arguments.keys() == {"key"}:
        return [LaunchPhase.key == arguments["key"]]
    raise NoPlan("a phase by neither or both of id and key")


ALL = Read(
    LaunchPhase,
    lambda arguments: queries.with_status(arguments.get("status")),
    order=queries.ORDER,
    arguments={"status": PLAIN},
)
ONE = Read(LaunchPhase, _by_id_or_key, arguments={"id": GlobalId("LaunchPhase"), "key": PLAIN})
FLAGS = Read(
    LaunchPhaseFlag,
    lambda _arguments: [LaunchPhaseFlag.phase_id == LaunchPhase.id],
    order=queries.LINK_ORDER,
    joined=((FeatureFlag, FeatureFlag.id == LaunchPhaseFlag.flag_id),),
)
RUN_OF_FLAG = Read(PhaseRun, lambda _arguments: [PhaseRun.id == FeatureFlag.run_id])
OF_RUN = Read(LaunchPhase, lambda _arguments: [LaunchPhase.id == PhaseRun.phase_id])
OF_FLAG = Read(LaunchPhase, lambda _arguments: [LaunchPhase.id == FeatureFlag.launch_phase_id])

# What the current or last run of the phase holds of a flag; null if another run or none holds it.
_IS_HELD = FeatureFlag.run_id == LaunchPhase.current_run_id
HAS_COHORT = LaunchPhase.cohort_salt.is_not(None)
HELD_TARGET = case((_IS_HELD, FeatureFlag.run_target))
HELD_STEP = case((_IS_HELD, FeatureFlag.run_step))
HELD_CEILING = case((_IS_HELD, FeatureFlag.run_ceiling))
CEILING_BY = case((_IS_HELD, FeatureFlag.run_ceiling_by))
IS_RELEASED = case((and_(_IS_HELD, FeatureFlag.run_target.is_(None)), True), else_=False)
# Inputs from which `plans.aimed_at` computes the target, unless the run sets one.
TARGET_PARTS = (
    HELD_TARGET,
    LaunchPhaseFlag.target_percentage,
    FeatureFlag.rollout_percentage,
    FeatureFlag.zero_chosen,
    FeatureFlag.target_groups,
)
