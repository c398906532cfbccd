"""What code and documents refer to: requirements, decisions, records, files, anchors of pages."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.architecture.source import ROOT

REQUIREMENTS = ROOT / "docs" / "requirements.md"
RECORDS = ROOT / "docs" / "adr"

_IDS = re.compile(r"\b(?:S|A|X|D|L|SEC|F|M|U|PERF|R)\d{1,3}\b")
_DECISIONS = re.compile(r"\bdecisions? (\d+)(?:(?:, | and | to )(\d+))?(?: (?:and|to) (\d+))?")
_RECORDS = re.compile(r"\bADRs? (\d+)(?: and (\d+))?")
_CODE_BLOCK = re.compile(r"^```.*?^```$|^ {4}\S.*$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_NOT_OURS = re.compile(r"noqa:.*|type: ignore.*")
_TS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)


@cache
def defined() -> frozenset[str]:
    """The ids of all rows of requirements, and the rules of the architecture."""
    rows = re.findall(r"^\| ([A-Z]+\d+) \|", REQUIREMENTS.read_text(), re.MULTILINE)
    rules = (ROOT / "docs" / "architecture.md").read_text()
    return frozenset(rows) | frozenset(re.findall(r"^- \*\*(R\d+)\*\*", rules, re.MULTILINE))


@cache
def decisions() -> frozenset[str]:
    """The numbers of the decisions on requirements."""
    return frozenset(re.findall(r"^(\d+)\. \*\*", REQUIREMENTS.read_text(), re.MULTILINE))


@cache
def records() -> frozenset[str]:
    """The numbers of the architecture decision records."""
    return frozenset(str(int(path.name[:4])) for path in RECORDS.glob("[0-9]*.md"))


def unresolved(text: str) -> Iterator[str]:
    """The citations of a text that lead nowhere."""
    yield from (name for name in _IDS.findall(text) if name not in defined())
    for pattern, existing in ((_DECISIONS, decisions()), (_RECORDS, records())):
        for citation in pattern.finditer(text):
            yield from (
                citation[0] for number in citation.groups() if number and number not in existing
            )
    yield from re.findall(r"\b(?:SPEC|DESIGN)\b(?=[ :.)]|$)", text)


def texts() -> Iterator[tuple[Path, str]]:
    """Each file of ours with what people read in it: comments, docstrings, prose."""
    for path in files("*.py"):
        yield path, in_python(path.read_text())
    for path in (*files("*.ts"), *files("*.tsx"), *files("*.css"), *files("*.js")):
        yield path, "\n".join(_TS_COMMENT.findall(path.read_text()))
    for path in files("*.md"):
        yield path, _CODE_BLOCK.sub("", path.read_text())


def files(pattern: str) -> list[Path]:
    """Those of the repository, without what is installed or built."""
    return [path for path in sorted(_tree()) if path.match(pattern)]


@cache
def _tree() -> tuple[Path, ...]:
    tops = [path for path in ROOT.iterdir() if not path.name.startswith(".")]
    paths = [path for top in tops for path in ([top] if top.is_file() else _below(top))]
    return tuple(paths)


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_file():
            yield path
        elif path.name not in {"node_modules", "dist", "gql", "build", "__pycache__"}:
            yield from _below(path)


def in_python(source: str) -> str:
    """The comments and docstrings of a module."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [_NOT_OURS.sub("", text) for kind, text, *_ in tokens if kind == tokenize.COMMENT]
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    return "\n".join([*comments, *(ast.get_docstring(node) or "" for node in nodes)])


def links(page: Path) -> Iterator[tuple[str, str]]:
    """The links of a page to files of ours: (path as it stands there, anchor)."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield path, anchor


@cache
def anchors(page: Path) -> frozenset[str]:
    """Those that GitHub makes of its headings."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads)


def paths(text: str) -> Iterator[str]:
    """Files that a text names: below `docs/`, or in backticks with a folder and an ending."""
    yield from re.findall(r"(?<![\w/.`])docs/[\w/-]+\.md\b", text)
    yield from re.findall(r"`((?:[\w-]+/)+[\w.-]+\.(?:py|md|tsx?|css|js|sql|conf|yaml))[`:]", text)


def exists(name: str, page: Path) -> bool:
    """From the root, from where the page is, or from a folder that pages speak about."""
    bases = (ROOT, page.parent, ROOT / "tests", ROOT / "web", ROOT / "web" / "src")
    return any((base / name).is_file() for base in bases)
