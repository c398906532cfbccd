"""Limits of free text: whatever a person types comes back whole or is refused by name."""

from domain.errors import Invalid, Required

MAX_REASON = 2_000  # of why somebody did something, as the audit keeps it


def check_text(
    value: str | None, field: str, limit: int, *, required: bool = False, argument: bool = False
) -> None:
    """Raises Required for an empty text and Invalid for one that is too long.

    `argument`: it stands by itself and not in an `input`.
    """
    path = (field,) if argument else ("input", field)
    if required and not (value or "").strip():
        raise Required(f"{field} may not be empty.", path=path)
    if value is not None and len(value) > limit:
        raise Invalid(f"{field} has at most {limit} characters.", path=path)
