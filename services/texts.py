"""Limits of free text: whatever a person types comes back whole or is refused by name."""

from domain.errors import Invalid, Required


def check_text(value: str | None, field: str, limit: int, *, required: bool = False) -> None:
    """Raises Required for an empty text and Invalid for one that is too long."""
    if required and not (value or "").strip():
        raise Required(f"{field} may not be empty.", path=("input", field))
    if value is not None and len(value) > limit:
        raise Invalid(f"{field} has at most {limit} characters.", path=("input", field))
