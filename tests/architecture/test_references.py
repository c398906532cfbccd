"""Every reference leads somewhere: to a requirement, a decision, a record, a page or a file."""

import re
from pathlib import Path

import pytest

from server.graph import schema
from tests.architecture.references import (
    RECORDS,
    REQUIREMENTS,
    anchors,
    defined,
    exists,
    files,
    in_python,
    links,
    paths,
    texts,
    unresolved,
)
from tests.architecture.source import ROOT

PAGES = files("*.md")
NUMBERED = sorted(RECORDS.glob("[0-9]*.md"))
# What these say of files is as it was then: earlier releases, and records that are replaced.
REPLACED = {page for page in NUMBERED if "\n- Status: replaced" in page.read_text()}
HISTORY = {ROOT / "CHANGELOG.md", *REPLACED}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_each_citation_is_defined() -> None:
    lost = {name(path): [*unresolved(text)] for path, text in texts()}
    assert {path: citations for path, citations in lost.items() if citations} == {}


def test_each_row_is_defined_once() -> None:
    rows = re.findall(r"^\| ([A-Z]+\d+) \|", REQUIREMENTS.read_text(), re.MULTILINE)
    assert len(rows) == len(set(rows)) > 200


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ('"""Off within 30 s (S97, X5; L4)."""', []),
        ('"""Off within 30 s (S970)."""', ["S970"]),
        ('"""As decisions 3 and 15 say."""', ["decisions 3 and 15"]),
        ("x = 1  # see ADR 99", ["ADR 99"]),
        ('"""A rule (SPEC S97)."""', ["SPEC"]),
        ("x = 'S970'  # noqa: S970", []),
    ],
)
def test_undefined_citations_are_detected(text: str, lost: list[str]) -> None:
    assert [*unresolved(in_python(text))] == lost


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_each_link_leads_to_a_page_and_its_heading(page: Path) -> None:
    for path, anchor in links(page):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_label_of_a_link_to_a_record_has_its_number(page: Path) -> None:
    wrong = [
        (label, file)
        for label, file in re.findall(
            r"\[ADR (\d+)\]\((?:\S*/)?(\d{4}-[^)\s]+)\)", page.read_text()
        )
        if int(label) != int(file[:4])
    ]
    assert wrong == []


def test_each_named_file_exists() -> None:
    read = [(path, path.read_text()) for path in PAGES if path not in HISTORY]
    read += [(path, text) for path, text in texts() if path.suffix != ".md"]
    lost = {(name(path), named) for path, text in read for named in paths(text)}
    assert {item for item in lost if not exists(item[1], ROOT / item[0])} == set()


@pytest.mark.parametrize("record", NUMBERED, ids=name)
def test_decision_records_have_the_same_structure(record: Path) -> None:
    text = record.read_text()
    assert text.startswith(f"# {int(record.name[:4])}. ")
    assert re.search(r"^- Status: .+(?:\n  .+)*\n- Date: \d{4}-\d\d-\d\d$", text, re.MULTILINE)
    heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert heads == ["Context", "Decision", "Consequences"]


def test_the_index_lists_every_decision_record() -> None:
    index = (RECORDS / "README.md").read_text()
    rows = re.findall(r"^\| \[(\d+)\]\(([^)]+)\) \| (.+?) \|", index, re.MULTILINE)
    titles = {path.name: path.read_text().splitlines()[0].partition(". ")[2] for path in NUMBERED}
    assert {file: title for _, file, title in rows} == titles
    numbers = {int(number) for number, *_ in rows}
    assert numbers == set(range(1, len(numbers) + 1))


def test_schema_descriptions_cite_no_requirements() -> None:
    """But those of the report, whose proofs are named by their rows."""
    named = re.findall(r'""".*?"""', schema.as_str(), re.DOTALL)
    cited = [text for text in named if set(re.findall(r"\b[A-Z]+\d+\b", text)) & defined()]
    assert sorted(re.sub(r"\s+", " ", text.strip('"')) for text in cited) == [
        "Its row in the requirements, such as `S97`.",
        "The acceptance criteria S95 to S112, each with its measurement.",
    ]
