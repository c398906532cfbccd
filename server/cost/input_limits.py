"""Limits of the raw JSON of a request, checked before the first coercion (SEC6, D13).

Coercing an input object takes 7 µs of CPU time, counting a value a tenth of a microsecond. So a
request with too many small values is refused before strawberry makes objects of them.
"""

from collections.abc import Mapping

from domain.platform.json_shape import JsonLimits, excess, has_only_short_scalars, texts_of
from schema.errors import Refused, TopLevelCode

# The largest inputs: 500 samples of a metric, a launch file of 500 entries.
MAX_VALUES = JsonLimits(values=10_000)
MAX_VISITOR_VALUES = JsonLimits(values=1_000)
_MAX_NAME_LENGTH = 100  # in an error message
MAX_EXTENSIONS = JsonLimits(values=100, list_length=100)


def check_inputs(
    variables: Mapping[str, object] | None,
    extensions: Mapping[str, object] | None,
    *,
    is_anonymous: bool,
) -> Refused | None:
    """Return the error of a request whose variables or extensions exceed a limit, else None."""
    if not extensions and (not variables or _is_harmless(variables)):
        return None
    limits = MAX_VISITOR_VALUES if is_anonymous else MAX_VALUES
    refusal = _check("variables", variables, limits) or _check(
        "extensions", extensions, MAX_EXTENSIONS
    )
    if refusal is not None:
        return refusal
    place = find_nul(variables or {}, "$")
    if place is None:
        return None
    message = f"{place} holds a NUL character, which a text may not."
    return Refused(TopLevelCode.BAD_USER_INPUT, message)


def _is_harmless(variables: Mapping[str, object]) -> bool:
    return has_only_short_scalars(variables) and not any(
        "\x00" in text for text in texts_of(variables)
    )


def _check(name: str, value: Mapping[str, object] | None, limits: JsonLimits) -> Refused | None:
    violation = excess(value, limits) if value else None
    if violation is None:
        return None
    return Refused(
        TopLevelCode.COST_EXCEEDED,
        f"The {name} {violation.message}{_name_largest(value or {}, limits)}.",
        argument=name,
        requested=violation.amount,
        limit=violation.limit,
    )


def _name_largest(value: Mapping[str, object], limits: JsonLimits) -> str:
    """Name the variable that alone exceeds the limits, if there is one.

    Not where there are too many variables: each of them would be counted in vain (SEC6).
    """
    if len(value) > limits.values:
        return ""
    for key, item in value.items():
        if key.isidentifier() and excess({key: item}, limits) is not None:
            return f": see {key[:_MAX_NAME_LENGTH]}"
    return ""


def find_nul(value: object, path: str) -> str | None:
    """Return the path of a NUL character in variables; None if there is none."""
    if not any("\x00" in text for text in texts_of(value)):
        return None
    pending: list[tuple[str, object]] = [(path, value)]
    while pending:
        place, item = pending.pop()
        if isinstance(item, str):
            if "\x00" in item:
                return place
        elif isinstance(item, dict):
            pending.extend((_join(place, str(key)), inner) for key, inner in item.items())
            if any("\x00" in str(key) for key in item):
                return place
        elif isinstance(item, list):
            pending.extend((f"{place}[{index}]", inner) for index, inner in enumerate(item))
    return None


def _join(place: str, key: str) -> str:
    return f"${key}" if place == "$" else f"{place}.{key}"
