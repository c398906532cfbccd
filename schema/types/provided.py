"""The fields of an input that a caller provided: null and absent are different."""

from strawberry import UNSET

from domain.errors import Collector, Required


def provided_fields(source: object, names: dict[str, str]) -> dict[str, object]:
    """Return the fields of an input that are not absent, by the names that a service uses."""
    values = {target: getattr(source, name) for name, target in names.items()}
    return {target: value for target, value in values.items() if value is not UNSET}


def refuse_null(values: dict[str, object], *names: str) -> None:
    """Raise Required for each field that is null and cannot be."""
    problems = Collector()
    for name in names:
        with problems:
            if name in values and values[name] is None:
                field = _camel_case(name)
                raise Required(f"{field} may not be null.", path=("input", field))
    problems.raise_all()


def _camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
