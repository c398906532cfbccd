"""Reads of flags."""

from sqlalchemy import ColumnElement

from db.models.flags import FeatureFlag
from db.queries import flags as queries
from db.reads.base import PLAIN, Given, GlobalId, Read


def _filtered(given: Given) -> list[ColumnElement[bool]]:
    return queries.conditions(
        enabled=given.get("enabled"), phase_id=given.get("phaseId"), search=None
    )


PAGE = Read(
    FeatureFlag,
    _filtered,
    order=queries.ORDER,
    arguments={"enabled": PLAIN, "phaseId": GlobalId("LaunchPhase")},
)
BY_KEY = Read(
    FeatureFlag, lambda given: [FeatureFlag.flag_key == given["key"]], arguments={"key": PLAIN}
)
