"""Reads of who did something, by what a row says of them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Text, literal_column

from db.models.accounts import ApiToken, User
from db.reads.base import Expression, Given, Read
from domain.actors import ActorKind


def _kind(kind: ActorKind) -> ColumnElement[str]:
    return literal_column(f"'{kind.value}'", Text)


def user(kind: Expression, key: Expression) -> Read:
    """The person, where it was one whose account is still there."""

    def where(_given: Given) -> Sequence[ColumnElement[bool]]:
        return [kind == _kind(ActorKind.USER), User.id == key]

    return Read(User, where)


def token(kind: Expression, key: Expression) -> Read:
    """The token, where it was one that is still there."""

    def where(_given: Given) -> Sequence[ColumnElement[bool]]:
        return [kind == _kind(ActorKind.TOKEN), ApiToken.id == key]

    return Read(ApiToken, where)
