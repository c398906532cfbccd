"""Which release this is, and the schema that it needs."""

from db.schema_revision import needed
from services.platform.release import release


def version() -> str:
    """As `launch --version` prints it."""
    return f"launch {release()} (schema {needed()})"
