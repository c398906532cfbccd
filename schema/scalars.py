"""The scalars of the schema: parsing and serialization."""

from datetime import UTC, date, datetime

import strawberry
from graphql import (
    BooleanValueNode,
    FloatValueNode,
    GraphQLError,
    IntValueNode,
    StringValueNode,
    ValueNode,
)
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from domain.errors import Invalid
from domain.platform import percent as rules
from domain.platform.percent import Percent
from services.mail.email_addresses import EmailAddress, parse_address


def _reject(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})


def parse_text(value: object) -> str:
    """Return the text of a scalar that is written as one."""
    if not isinstance(value, str):
        raise _reject("This scalar is written as a text.")
    return value


def parse_email(value: object) -> EmailAddress:
    """Parse an e-mail address into the form in which it is stored."""
    try:
        return parse_address(parse_text(value))
    except Invalid as error:
        raise _reject(error.message) from None


def parse_percent(value: object) -> Percent:
    """Parse a percentage from 0 to 100 with at most two decimals."""
    try:
        return rules.parse_percent(value)
    except Invalid as error:
        raise _reject(error.message) from None


def print_percent(value: float) -> float | int:
    """Return 25 rather than 25.0, which some clients compare as text."""
    rounded = round(float(value), 2)
    return int(rounded) if rounded.is_integer() else rounded


def parse_datetime(value: object) -> datetime:
    """Parse a date and time with its offset from UTC (ISO 8601)."""
    try:
        moment = datetime.fromisoformat(parse_text(value))
        if moment.tzinfo is None:
            raise _reject("A DateTime needs its offset from UTC, such as Z or +01:00.")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _reject("A DateTime is ISO 8601, such as 2026-11-23T20:15:00Z.") from None


def parse_date(value: object) -> date:
    """Parse a calendar date."""
    try:
        return date.fromisoformat(parse_text(value))
    except ValueError:
        raise _reject("A Date is ISO 8601, such as 2026-11-23.") from None


def _literal_text(node: ValueNode, _variables: object = None) -> str:
    if not isinstance(node, StringValueNode):
        raise _reject("String cannot represent a non string value.")
    return parse_text(node.value)


def _literal_percent(node: ValueNode, _variables: object = None) -> Percent:
    if isinstance(node, BooleanValueNode) or not isinstance(node, IntValueNode | FloatValueNode):
        raise _reject("A percentage is a number from 0 to 100.")
    return parse_percent(float(node.value))


def _literal_email(node: ValueNode, _variables: object = None) -> EmailAddress:
    return parse_email(_literal_text(node))


def _literal_datetime(node: ValueNode, _variables: object = None) -> datetime:
    return parse_datetime(_literal_text(node))


def _literal_date(node: ValueNode, _variables: object = None) -> date:
    return parse_date(_literal_text(node))


SCALARS: dict[object, ScalarDefinition] = {
    EmailAddress: strawberry.scalar(
        name="EmailAddress",
        description="An e-mail address.",
        serialize=str,
        parse_value=parse_email,
        parse_literal=_literal_email,
    ),
    Percent: strawberry.scalar(
        name="Percent",
        description="A share from 0 to 100 with at most two decimals.",
        serialize=print_percent,
        parse_value=parse_percent,
        parse_literal=_literal_percent,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in ISO 8601 with its offset from UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=datetime.isoformat,
        parse_value=parse_datetime,
        parse_literal=_literal_datetime,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar day in ISO 8601.",
        serialize=date.isoformat,
        parse_value=parse_date,
        parse_literal=_literal_date,
    ),
}

__all__ = ["JSON", "SCALARS", "EmailAddress", "Percent"]
