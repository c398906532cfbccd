"""Figures and the report that shows them."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench import evaluation, report
from bench.catalogue import BENCHMARKS
from bench.client import checked
from bench.figures import figure, rank, ratio
from bench.machine import Cores, describe
from bench.report import Section
from bench.run import Run


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.5, 50), (0.99, 99), (1.0, 100)])
def test_a_rank_is_a_measured_value(share: float, expected: float) -> None:
    assert rank([float(value) for value in range(1, 101)], share) == expected


def test_a_ratio_is_above_one_where_we_are_ahead() -> None:
    figure = ratio("theirs / ours", 3.0, 2.0)
    assert (figure.p50, figure.unit) == (1.5, "x")
    assert json.loads(json.dumps(ratio("theirs / nothing", 3.0, 0.0).p50)) > 1_000


def test_a_target_is_met_by_the_value_it_names() -> None:
    values = [1.0] * 98 + [9.0] * 2
    assert figure("", "ms", values).met is None
    assert figure("", "ms", values, limit=2).met is True
    assert figure("", "ms", values, limit=2, judged="p99").met is False
    assert figure("", "ms", [2.0], limit=2).met is False


def test_a_report_holds_what_was_measured_and_what_failed(tmp_path: Path) -> None:
    figures = [figure("speed", "ms", [1.0, 2.0], limit=3)]
    sections = [Section("one", "One", figures), Section("two", "Two", [], "it [broke]")]
    console = Console(file=StringIO(), record=True, width=120)
    report.show(console, describe(Cores()), sections)
    report.write(tmp_path / "bench.json", describe(Cores()), sections)
    content = json.loads((tmp_path / "bench.json").read_text())
    assert content["benchmarks"][0]["figures"][0]["met"] is True
    assert content["benchmarks"][1]["failed"] == "it [broke]"
    assert "it [broke]" in console.export_text()


def test_a_quick_run_measures_a_few_times(tmp_path: Path) -> None:
    progress: list[str] = []
    figures = list(evaluation.measure(Run(tmp_path, Cores(), True, progress.append)))
    assert {item.count for item in figures} == {100}
    assert len(progress) == len(figures)


def test_names_are_different() -> None:
    assert len({item.name for item in BENCHMARKS}) == len(BENCHMARKS)


@pytest.mark.parametrize("body", [b'{"errors": [{}]}', b'{"data": {"a": {"errors": [{}]}}}'])
def test_an_answer_with_errors_is_not_measured(body: bytes) -> None:
    with pytest.raises(RuntimeError, match="failed"):
        checked(body)
