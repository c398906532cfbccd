"""`launch staff` asks for what the graph has."""

import pytest
from graphql import build_schema, parse, validate

from commands.accounts.team import DOCUMENTS
from server.graph import schema


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_documents_fit_the_graph(document: str) -> None:
    assert validate(build_schema(schema.as_str()), parse(document)) == []
