"""The raw JSON of a request, limited before the first coercion (SEC6, D13).

To read an input object costs 7 µs of a core, to count a value a tenth of one: so many small values
are refused here, long before strawberry makes objects of them.
"""

from collections.abc import Mapping

from domain.platform.json_shape import JsonLimits, excess, texts_of
from schema.errors import Refused, TopLevelCode

# The largest inputs: 500 samples of a metric, a launch file of 500 entries.
MAX_VALUES = JsonLimits(values=10_000)
MAX_VISITOR_VALUES = JsonLimits(values=1_000)
_MAX_SHOWN = 100  # characters of a name
MAX_EXTENSIONS = JsonLimits(values=100, list_length=100)


def check_inputs(
    variables: Mapping[str, object] | None,
    extensions: Mapping[str, object] | None,
    *,
    is_anonymous: bool,
) -> Refused | None:
    """Why the variables and extensions of a request are not read; None where they may be."""
    if not variables and not extensions:
        return None
    limits = MAX_VISITOR_VALUES if is_anonymous else MAX_VALUES
    refusal = _check("variables", variables, limits) or _check(
        "extensions", extensions, MAX_EXTENSIONS
    )
    if refusal is not None:
        return refusal
    place = nul_in(variables or {}, "$")
    if place is None:
        return None
    message = f"{place} holds a NUL character, which a text may not."
    return Refused(TopLevelCode.BAD_USER_INPUT, message)


def _check(name: str, value: Mapping[str, object] | None, limits: JsonLimits) -> Refused | None:
    found = excess(value, limits) if value else None
    if found is None:
        return None
    return Refused(
        TopLevelCode.COST_EXCEEDED,
        f"The {name} {found.message}{_where(value or {}, limits)}.",
        argument=name,
        requested=found.amount,
        limit=found.limit,
    )


def _where(value: Mapping[str, object], limits: JsonLimits) -> str:
    """Which of them is too large by itself, where one is."""
    for key, item in value.items():
        if key.isidentifier() and excess({key: item}, limits) is not None:
            return f": see {key[:_MAX_SHOWN]}"
    return ""


def nul_in(value: object, path: str) -> str | None:
    """Where in variables a NUL character stands; None where there is none."""
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
