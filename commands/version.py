"""Which release this is, and the schema that it needs."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

from db.schema_revision import needed


def version() -> str:
    """As `launch --version` prints it."""
    return f"launch {release()} (schema {needed()})"


def release() -> str:
    """Of the installed package; a checkout that is not installed has none."""
    try:
        return version_of("wedsync-launch")
    except PackageNotFoundError:
        return "unknown"
