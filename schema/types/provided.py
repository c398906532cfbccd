"""The fields of an input that a caller provided: null and absent are different."""

from strawberry import UNSET

from domain.errors import Required


def provided_fields(source: object, names: dict[str, str]) -> dict[str, object]:
    """Return the fields of an input that are not absent, by the names that a service uses."""
    values = {target: getattr(source, name) for name, target in names.items()}
    return {target: value for target, value in values.items() if value is not UNSET}


def refuse_null(values: dict[str, object], *names: str) -> None:
    """Raise Required if a field that cannot be null is null."""
    for name in names:
        if name in values and values[name] is None:
            raise Required(f"{name} may not be null.", path=("input", _camel_case(name)))


def _camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
