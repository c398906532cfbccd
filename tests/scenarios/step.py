"""One step of a sequence: what happens, after how long. Its repr is Python that replays it."""

from dataclasses import dataclass

from domain.errors import ErrorCode

Argument = str | int | float | bool | None | tuple["Argument", ...]


@dataclass(frozen=True, slots=True)
class Step:
    """`arguments` are literals only, so that a printed sequence can be replayed unchanged."""

    kind: str
    arguments: tuple[Argument, ...] = ()
    wait_seconds: float = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a step: message and code of a refusal, or None if it was accepted."""

    step: Step
    refused: str | None = None
    code: ErrorCode | None = None

    @property
    def accepted(self) -> bool:
        """Whether the step was accepted."""
        return self.refused is None
