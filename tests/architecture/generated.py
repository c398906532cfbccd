"""Files that are generated from the code and committed: run me with `python -m` to write them."""

from collections.abc import Callable
from pathlib import Path

from server.graph import schema
from tests.architecture.documents import manifest
from tests.architecture.permissions import table
from tests.architecture.source import ROOT

SDL = ROOT / "schema" / "schema.graphql"
PERMISSIONS = ROOT / "docs" / "permissions.md"
COMMAND = "python -m tests.architecture.generated"
DOCUMENTS = ROOT / "commands" / "documents.json"

FILES: dict[Path, Callable[[], str]] = {
    SDL: lambda: schema.as_str() + "\n",
    PERMISSIONS: table,
    DOCUMENTS: manifest,
}


def main() -> None:
    """Write them all."""
    for path, text in FILES.items():
        path.write_text(text())


if __name__ == "__main__":
    main()
