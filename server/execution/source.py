"""Builds the Python source of a plan's writers, and binds the objects that it refers to."""

from collections.abc import Callable, Sequence
from typing import Any

BYTES_PER_LINE = 400  # of the code object, roughly


class SourceBuilder:
    """Collects functions; it hands out the names of variables, so that none is used twice."""

    def __init__(self) -> None:
        """Start without functions."""
        self._lines: list[str] = []
        self._objects: dict[str, object] = {}
        self._names_by_id: dict[int, str] = {}
        self._placeholders: list[tuple[str, Callable[[], str]]] = []
        self._numbers = 0

    def new_variable(self, prefix: str = "v") -> str:
        """Return a name that is not in use."""
        self._numbers += 1
        return f"{prefix}{self._numbers}"

    def bind_object(self, value: object) -> str:
        """Return the global name of an object in the source."""
        name = self._names_by_id.get(id(value))
        if name is None:
            name = self._names_by_id[id(value)] = self.new_variable("g")
            self._objects[name] = value  # keeps the object alive, so that its id is not reused
        return name

    def placeholder(self, text: Callable[[], str]) -> str:
        """Return a mark that `compile_functions` replaces by text which is not known yet."""
        mark = f"<{self.new_variable('later')}>"
        self._placeholders.append((mark, text))
        return mark

    def define_function(self, name: str, parameters: str, lines: Sequence[str]) -> None:
        """Add a function; `lines` are its body, without indentation."""
        self._lines.append(f"def {name}({parameters}):")
        self._lines += [f"    {line}" for line in lines]

    @property
    def size(self) -> int:
        """The approximate size in bytes once it is compiled."""
        return sum(len(line) * 3 + BYTES_PER_LINE for line in self._lines)

    def compile_functions(self) -> dict[str, Any]:
        """Compile the functions and return them by name."""
        text, namespace = "\n".join(self._lines), dict(self._objects)
        for mark, resolve in self._placeholders:
            text = text.replace(mark, resolve())
        # The text is ours: all that a caller can put into it are GraphQL names, as quoted keys.
        exec(compile(text, "<plan>", "exec"), namespace)  # noqa: S102
        return namespace
