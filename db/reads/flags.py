"""Reads of flags."""

from sqlalchemy import ColumnElement

from db.models.flags import FeatureFlag
from db.queries import flags as queries
from db.reads.base import PLAIN, Arguments, GlobalId, Read


def _conditions(arguments: Arguments) -> list[ColumnElement[bool]]:
    return queries.conditions(
        enabled=arguments.get("enabled"), phase_id=arguments.get("phaseId"), search=None
    )


PAGE = Read(
    FeatureFlag,
    _conditions,
    order=queries.ORDER,
    arguments={"enabled": PLAIN, "phaseId": GlobalId("LaunchPhase")},
)
BY_KEY = Read(
    FeatureFlag,
    lambda arguments: [FeatureFlag.flag_key == arguments["key"]],
    arguments={"key": PLAIN},
)
