"""The processes of one host show one truth, also after one of them died (F8)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from prometheus_client.metrics_core import Metric

from domain.metrics.metric_folds import single
from endpoints.families import build_info, counter, gauge, histogram
from endpoints.shared_metrics import MetricFiles


def process(requests: float, sockets: float) -> Sequence[Metric]:
    """What one process shows."""
    return [
        build_info(),
        counter("launch_requests", "Requests.", requests),
        histogram("launch_response_seconds", "Times.", single(requests)),
        gauge("launch_websockets", "Sockets.", sockets),
    ]


def shown(files: MetricFiles) -> Mapping[str, float]:
    """Each series with its value."""
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in files.read_all()
        for sample in family.samples
    }


def test_counters_add_up_and_gauges_stand_beside_each_other(tmp_path: Path) -> None:
    one, two = MetricFiles(tmp_path), MetricFiles(tmp_path)
    one.write(process(3, 10))
    two.write(process(4, 20))
    for files in (one, two):
        families = shown(files)
        assert families["launch_requests_total[]"] == 7
        assert families["launch_response_seconds_count[]"] == 2
        assert families["launch_response_seconds_bucket[('le', '+Inf')]"] == 2
        assert families["launch_websockets[('process', '0')]"] == 10
        assert families["launch_websockets[('process', '1')]"] == 20
        assert [value for name, value in families.items() if "build_info" in name] == [1]


def test_no_counter_falls_when_a_process_dies_and_another_takes_its_place(tmp_path: Path) -> None:
    one, two = MetricFiles(tmp_path), MetricFiles(tmp_path)
    one.write(process(3, 10))
    two.write(process(4, 20))
    two.close()  # as the system does it when a process is killed
    families = shown(one)
    assert families["launch_requests_total[]"] == 7
    assert "launch_websockets[('process', '1')]" not in families
    third = MetricFiles(tmp_path)
    third.write(process(0, 1))
    assert shown(one)["launch_requests_total[]"] == 7
    assert shown(one)["launch_websockets[('process', '1')]"] == 1
    third.write(process(2, 1))
    assert shown(third)["launch_requests_total[]"] == 9


def test_a_file_that_cannot_be_read_takes_nothing_from_the_others(tmp_path: Path) -> None:
    one = MetricFiles(tmp_path)
    one.write(process(3, 10))
    (tmp_path / "7.json").write_text("{")
    assert shown(one)["launch_requests_total[]"] == 3
