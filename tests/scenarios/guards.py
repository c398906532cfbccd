"""What the model knows of guards: the samples that were sent, and how often they were bad."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.scenarios.observation import Row
from tests.scenarios.operators import LIMIT, MIN_SAMPLES, WINDOW_SECONDS
from tests.scenarios.transition import TICKS, Transition

_WINDOW = timedelta(seconds=WINDOW_SECONDS)
_SETTLING = timedelta(seconds=10)  # after an activation: what was counted before it
_SAME_TICK = timedelta(seconds=15)
_IN_A_ROW = timedelta(minutes=5)

Key = tuple[object, str]


@dataclass
class Guards:
    """The failures in a row of each criterion in each run."""

    samples: list[tuple[datetime, float, int]] = field(default_factory=list)
    failures: Counter[Key] = field(default_factory=Counter)
    failed_at: dict[Key, datetime] = field(default_factory=dict)
    judged_at: dict[object, datetime] = field(default_factory=dict)

    def violations(self, step: Transition) -> Iterator[str]:
        """ROLLBACK at its limit rolls back by the next tick, whatever the pause (L2, L12)."""
        if step.outcome.accepted and step.kind == "samples":
            value, count, late = (float(str(item)) for item in step.arguments)
            at = step.after.at - timedelta(seconds=late)
            self.samples.append((at, value, int(count)))
        for before, after in step.phases():
            run_id = before["current_run_id"]
            if before["success_criteria"] != after["success_criteria"]:
                for key in [key for key in self.failures if key[0] == run_id]:
                    del self.failures[key]  # criteria that were edited start anew
            if step.kind in TICKS and before["status"] in ("active", "paused"):
                yield from self._tick(step, run_id, before, after)

    def _tick(self, step: Transition, run_id: object, before: Row, after: Row) -> Iterator[str]:
        now, judged_at = step.after.at, self.judged_at.get(run_id)
        if step.after.database_away or any(row["ends_at"] > now for row in step.after.silences):
            return
        if judged_at is not None and now - judged_at < _SAME_TICK:
            return
        self.judged_at[run_id] = now
        bad = self._is_bad(before["started_at"], now)
        for criterion in before["success_criteria"]:
            count = self._count((run_id, criterion["key"]), bad, now)
            is_due = criterion["action"] == "rollback" and count >= criterion["failure_limit"]
            if is_due and after["status"] != "rolled_back":
                yield f"{criterion} failed {count} times, {after['key']} is {after['status']}"
        if after["status"] == "rolled_back" and not bad:
            yield f"{after['key']} was rolled back by a tick, and no criterion fails"

    def _is_bad(self, started_at: datetime, now: datetime) -> bool | None:
        """Whether the average of the window (start, now] is too high; None: too few samples."""
        start = max(now - _WINDOW, started_at + _SETTLING)
        inside = [(value, count) for at, value, count in self.samples if start < at <= now]
        total = sum(count for _, count in inside)
        if total < MIN_SAMPLES:
            return None
        return sum(value * count for value, count in inside) / total > LIMIT + 1e-9

    def _count(self, key: Key, bad: bool | None, now: datetime) -> int:
        if bad is False or now - self.failed_at.get(key, now) > _IN_A_ROW:
            self.failures[key] = 0
        if bad:
            self.failures[key] += 1
            self.failed_at[key] = now
        return self.failures[key]
