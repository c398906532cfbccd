"""Python source of a plan's writers, with the objects that it names."""

from collections.abc import Callable, Sequence
from typing import Any

BYTES_OF_A_LINE = 400  # of its code object, about


class Source:
    """Collects functions; names of variables are given out here, so that none is used twice."""

    def __init__(self) -> None:
        """Empty."""
        self._lines: list[str] = []
        self._names: dict[str, object] = {}
        self._known: dict[int, str] = {}
        self._later: list[tuple[str, Callable[[], str]]] = []
        self._numbers = 0

    def variable(self, prefix: str = "v") -> str:
        """A name that nothing has."""
        self._numbers += 1
        return f"{prefix}{self._numbers}"

    def name(self, value: object) -> str:
        """What an object is called in the source."""
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = self.variable("g")
            self._names[known] = value  # kept, so that nothing else gets its id
        return known

    def later(self, text: Callable[[], str]) -> str:
        """Stands for text that is known in the end."""
        mark = f"<{self.variable('later')}>"
        self._later.append((mark, text))
        return mark

    def function(self, name: str, parameters: str, lines: Sequence[str]) -> None:
        """Define a function."""
        self._lines.append(f"def {name}({parameters}):")
        self._lines += [f"    {line}" for line in lines]

    @property
    def size(self) -> int:
        """In bytes, about."""
        return sum(len(line) * 3 + BYTES_OF_A_LINE for line in self._lines)

    def made(self) -> dict[str, Any]:
        """The functions by name."""
        text, names = "\n".join(self._lines), dict(self._names)
        for mark, found in self._later:
            text = text.replace(mark, found())
        # Our own text: what callers chose in it are names of GraphQL, as quoted keys.
        exec(compile(text, "<plan>", "exec"), names)  # noqa: S102
        return names
