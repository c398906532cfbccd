"""Reads of the author of a row, from the actor columns of that row."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Text, literal_column

from db.models.accounts import ApiToken, User
from db.reads.base import Arguments, Expression, Read
from domain.actors import ActorKind


def _kind(kind: ActorKind) -> ColumnElement[str]:
    return literal_column(f"'{kind.value}'", Text)


def user(kind: Expression, key: Expression) -> Read:
    """Read the user who is the actor, if the account still exists."""

    def where(_arguments: Arguments) -> Sequence[ColumnElement[bool]]:
        return [kind == _kind(ActorKind.USER), User.id == key]

    return Read(User, where)


def token(kind: Expression, key: Expression) -> Read:
    """Read the API token that is the actor, if it still exists."""

    def where(_arguments: Arguments) -> Sequence[ColumnElement[bool]]:
        return [kind == _kind(ActorKind.TOKEN), ApiToken.id == key]

    return Read(ApiToken, where)
