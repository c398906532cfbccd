"""Runs a sequence against a fresh system, and makes a failing one shorter."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from db.engine import without_pings
from domain.errors import LaunchError
from tests.scenarios import operators, surroundings
from tests.scenarios.generator import Generator
from tests.scenarios.ground import Ground
from tests.scenarios.history import past_differs
from tests.scenarios.model import Model
from tests.scenarios.moments import foreign_moments
from tests.scenarios.observation import Observation, observe
from tests.scenarios.step import Outcome, Step
from tests.scenarios.system import System, running
from tests.scenarios.transition import Transition

LENGTH = 25

NextStep = Callable[[Observation], Step | None]
_STEPS = {**operators.STEPS, **surroundings.STEPS}


@dataclass
class Run:
    """What became of a sequence. It ends with the first step after which something is wrong."""

    outcomes: list[Outcome] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    moves: list[str] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        """All that were tried."""
        return [outcome.step for outcome in self.outcomes]

    @property
    def accepted(self) -> int:
        """How many of them were not refused."""
        return sum(outcome.accepted for outcome in self.outcomes)

    def report(self) -> str:
        """What is wrong, and the steps as Python."""
        steps = "\n".join(
            f"    {outcome.step!r},{f'  # refused: {outcome.refused}' if outcome.refused else ''}"
            for outcome in self.outcomes
        )
        return "\n".join((*self.violations, "steps = [", steps, "]"))


async def run_seed(ground: Ground, seed: int, length: int = LENGTH) -> Run:
    """A random sequence; the same seed gives the same one."""
    generator, left = Generator(seed), Counter(left=length)

    def next_step(seen: Observation) -> Step | None:
        left["left"] -= 1
        return generator.next_step(seen) if left["left"] >= 0 else None

    return await _run(ground, next_step)


async def run_steps(ground: Ground, steps: Sequence[Step]) -> Run:
    """A sequence that is written down."""
    left = iter(steps)
    return await _run(ground, lambda _seen: next(left, None))


async def shortened(ground: Ground, failed: Run) -> Run:
    """The same failure in fewer steps: whatever can be left out is."""
    best, size = failed, len(failed.steps) // 2
    while size:
        start = 0
        while start < len(best.steps):
            run = await run_steps(ground, [*best.steps[:start], *best.steps[start + size :]])
            if run.violations:
                best = run
            else:
                start += size
        size //= 2
    return best


async def _run(ground: Ground, next_step: NextStep) -> Run:
    run, model, errors = Run(), Model(), _Errors()
    logging.getLogger().addHandler(errors)
    try:
        async with running(ground) as system:
            before = await observe(system)
            seen: dict[datetime, Observation] = {}
            while not run.violations and (step := next_step(before)) is not None:
                await _take(run, system, step)
                before = await _check(run, model, system, before)
                seen[before.at] = before
                run.violations += errors.take(ignored=system.database_away)
            run.violations += await foreign_moments(ground.observer, system.clock())
            await ground.let_in()
            run.violations += await past_differs(system, seen) if seen else []
    finally:
        logging.getLogger().removeHandler(errors)
    return run


async def _take(run: Run, system: System, step: Step) -> None:
    system.clock.advance(step.wait_seconds)
    outcome = Outcome(step)
    try:
        with nullcontext() if system.ground.was_shut else without_pings():
            await _STEPS[step.kind](system, *step.arguments)
    except LaunchError as error:
        outcome = Outcome(step, error.message, error.code)
    except Exception as error:
        run.violations.append(f"{step.kind} crashed: {error!r}")
    await system.alerts.idle()
    run.outcomes.append(outcome)


async def _check(run: Run, model: Model, system: System, before: Observation) -> Observation:
    after = await observe(system, before.seq)
    outcome = run.outcomes[-1]
    polled = {}
    if outcome.step.kind == "poll" and outcome.accepted and not after.database_away:
        number = int(str(outcome.step.arguments[0]))
        polled = {number: system.processes[number]}
    transition = Transition(outcome, before, after)
    run.moves += transition.moves()
    run.violations += model.violations(transition, polled)
    return after


class _Errors(logging.Handler):
    """Failures that a loop survives and logs are failures of the sequence."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message with its exception."""
        error = record.exc_info[1] if record.exc_info else None
        self._texts.append(f"logged: {record.getMessage()}: {error!r}")

    def take(self, *, ignored: bool) -> list[str]:
        """Those since the last call."""
        texts, self._texts = self._texts, []
        return [] if ignored else texts
