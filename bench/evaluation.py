"""The pure evaluation of flags for one user: no server, no database."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from bench.figures import Figure, figure
from bench.run import Run
from domain.flags.flags import BucketBy, EvaluationContext, Flag, evaluate
from domain.ids import FlagId
from domain.platform.percent import Percent

_FLAGS = 200
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_USER = EvaluationContext(
    {BucketBy.USER: "0193c1f2-6b1e-7000-8000-00000000abcd"}, frozenset({"supplier"})
)
_CASES: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("on for everybody", 100.0, ()),
    ("for two groups", 100.0, ("venue", "supplier")),
    ("split by percentage", 37.5, ()),
)


def measure(run: Run) -> Iterable[Figure]:
    """Each case by itself: a mix would hide the dear one, which hashes."""
    for name, percentage, groups in _CASES:
        run.tell(f"{_FLAGS} flags {name}")
        flags = [_flag(index, Percent(percentage), groups) for index in range(_FLAGS)]
        each = [_seconds(flags) / _FLAGS * 1e6 for _ in range(run.some(2_000))]
        yield figure(f"one flag {name}", "µs", each)


def _seconds(flags: list[Flag]) -> float:
    begin = time.perf_counter()
    for flag in flags:
        evaluate(flag, _USER)
    return time.perf_counter() - begin


def _flag(index: int, percentage: Percent, groups: tuple[str, ...]) -> Flag:
    key = f"bench_flag_{index:05}"
    return Flag(
        id=FlagId(UUID(int=index)),
        key=key,
        name=f"Flag {index}",
        description=None,
        enabled=True,
        rollout_percentage=percentage,
        target_groups=groups,
        bucket_by=BucketBy.USER,
        client_visible=True,
        salt=key,
        phase_id=None,
        version=1,
        created_at=_BEGIN,
        updated_at=_BEGIN,
    )
