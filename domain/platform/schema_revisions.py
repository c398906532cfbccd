"""Whether the schema of the database is the one that a release was written for (F4)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SchemaDifference:
    """The schema is at another revision than the release needs."""

    revision: str | None  # None: there is no schema at all
    needed: str

    @property
    def is_newer(self) -> bool:
        """The schema has been migrated by a newer release, or by something else altogether."""
        if self.revision is None:
            return False
        return not self.revision.isdecimal() or int(self.revision) > int(self.needed)

    def __str__(self) -> str:
        """Say it to an operator, and what to do."""
        if self.revision is None:
            return f"the database has no schema, this release needs {self.needed}: {_MIGRATE}"
        if self.is_newer:
            return (
                f"the schema is at {self.revision}, this release knows {self.needed}: "
                "a newer release has migrated it"
            )
        return f"the schema is at {self.revision}, this release needs {self.needed}: {_MIGRATE}"


_MIGRATE = "run `launch migrate`"


def compare(revision: str | None, needed: str) -> SchemaDifference | None:
    """How a schema differs; None where it is the one that is needed. Revisions are numbers."""
    return None if revision == needed else SchemaDifference(revision, needed)
