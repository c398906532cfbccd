"""Reads of the audit log."""

from sqlalchemy import ColumnElement, Text, literal_column

from db import log_edge
from db.models.accounts import ApiToken
from db.models.events import Change
from db.models.flags import FeatureFlag
from db.models.phases import LaunchPhase, PhaseRun
from db.queries import changes as queries
from db.reads import actors
from db.reads.base import PLAIN, Arguments, CursorKey, Read
from domain.events import Subject
from domain.overview.changes import SUBJECTS


def _literal(kind: Subject) -> ColumnElement[str]:
    return literal_column(f"'{kind.value}'", Text)


_ALL = [_literal(kind) for kind in SUBJECTS.values()]


def _conditions(arguments: Arguments) -> list[ColumnElement[bool]]:
    return queries.conditions(
        arguments.get("subject", _ALL),
        arguments.get("action"),
        arguments.get("since"),
        arguments.get("until"),
    )


PAGE = Read(
    Change,
    _conditions,
    order=(Change.event_id,),
    descending=True,
    cursor_key=CursorKey.INT64,
    edge=log_edge.EVENT_ID,
    arguments={"subject": PLAIN, "action": PLAIN, "since": PLAIN, "until": PLAIN},
)
USER = actors.user(Change.actor_kind, Change.actor_id)
TOKEN = actors.token(Change.actor_kind, Change.actor_id)
FLAG = Read(
    FeatureFlag,
    lambda _arguments: [
        Change.subject_kind == _literal(Subject.FLAG), FeatureFlag.id == Change.subject_id,
    ],
)  # fmt: skip
PHASE = Read(
    LaunchPhase,
    lambda _arguments: [
        Change.subject_kind == _literal(Subject.PHASE), LaunchPhase.id == Change.subject_id,
    ],
)  # fmt: skip
SUBJECT_TOKEN = Read(
    ApiToken,
    lambda _arguments: [
        Change.subject_kind == _literal(Subject.TOKEN), ApiToken.id == Change.subject_id,
    ],
)  # fmt: skip
RUN = Read(PhaseRun, lambda _arguments: [PhaseRun.id == Change.run_id])
