"""The release and the schema revision that it needs."""

from db.schema_revision import needed
from services.platform.release import release


def version() -> str:
    """The text of `launch --version`."""
    return f"launch {release()} (schema {needed()})"
