"""One step of a sequence: what happens, after how long. Its repr is Python that replays it."""

from dataclasses import dataclass

from domain.errors import ErrorCode

Argument = str | int | float | bool | None | tuple["Argument", ...]


@dataclass(frozen=True, slots=True)
class Step:
    """`arguments` are literals only, so that a printed sequence runs again as it stands."""

    kind: str
    arguments: tuple[Argument, ...] = ()
    wait_seconds: float = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step: message and code of the refusal, or None where it was accepted."""

    step: Step
    refused: str | None = None
    code: ErrorCode | None = None

    @property
    def accepted(self) -> bool:
        """Whether the step did what it says."""
        return self.refused is None
