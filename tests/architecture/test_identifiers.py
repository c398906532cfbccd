"""Identifiers name what they hold: the words below say nothing about a value."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, modules

# A banned word, and what to write instead.
BANNED = {
    "given": "what was passed: `values`, `fields`, `arguments`",
    "found": "what it is: `row`, `flags`, `match`, `result`",
    "held": "what is held: `reservation`, `lock`, `held_because`",
    "told": "what happened: `notified`, `delivered_at`, `announced`",
    "known": "what it is: `cached`, `existing`, `by_key`",
    "wish": "`command`",
    "wishes": "`commands`",
    "asked": "`request`, `requested`, `query`",
    "wanted": "`filters`, `request`, `expected`, `names`",
    "whatever": "what it is",
    "whoever": "`caller`, `actor`, `owner`",
    "thing": "what it is: `item`, `subject`",
    "things": "what they are: `items`",
    "it": "what it is",
    "said": "what it is: `summaries`, `errors`, `text`",
    "mine": "what it is: `own_session`, `is_owner`",
    "ours": "what they are: `services`, `project_names`",
    "theirs": "what they are: `of_couple`, `recipient`",
    "again": "`repeated`, `next_at`, `_replay_result`",
    "somebody": "`user`, `actor`, `assignee`",
    "one_of_them": "what it is",
}
# Names that say what they hold there.
ALLOWED = {("domain.flags.flags", "wanted")}  # what owner and run want, beside what is in force


def identifiers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Names of variables, attributes, parameters, functions and classes of a module, with lines."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
                | ast.arg(arg=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.alias(asname=str(name))
            ):
                yield name, node.lineno


def banned(module: Module) -> list[str]:
    """The banned identifiers of a module, each with its line and the standard term."""
    return [
        f"{module.path}:{line}: {name}: write {BANNED[name.strip('_').lower()]}"
        for name, line in identifiers(module.tree)
        if name.strip("_").lower() in BANNED and (module.name, name) not in ALLOWED
    ]


def test_identifiers_name_what_they_hold() -> None:
    every_module = [*modules(), *modules("tests", "bench")]
    assert [line for module in every_module for line in banned(module)] == []


@pytest.mark.parametrize(
    "text",
    [
        "found = 1",
        "self._found = 1",
        "def wish(): ...",
        "def f(_given): ...",
        "class Thing: ...",
        "x, it = 1, 2",
        "import x as known",
        "for told in (): ...",
    ],
)
def test_a_banned_identifier_is_detected(text: str) -> None:
    names = {name.strip("_").lower() for name, _ in identifiers(ast.parse(text))}
    assert names & BANNED.keys()
