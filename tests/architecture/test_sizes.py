"""Sizes (R9); ruff's C901 keeps the complexity of each function at 10 or less."""

from statistics import median

from tests.architecture.source import Function, Module, modules

MAX_LINES = 300
FUNCTION_MEDIAN = 8
MODULE_MEDIAN = range(40, 91)


def all_modules() -> list[Module]:
    """Ours, tests included: they are read as often."""
    return [*modules(), *modules("tests")]


def lines(function: Function) -> int:
    """From its `def` to its end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_modules_have_a_maximum_length() -> None:
    sizes = {module.name: module.lines for module in all_modules()}
    assert {name: size for name, size in sizes.items() if size > MAX_LINES} == {}


def test_modules_have_a_moderate_median_length() -> None:
    median_lines = median(module.lines for module in modules() if module.lines > 1)
    assert int(median_lines) in MODULE_MEDIAN, f"the median module has {median_lines} lines"


def test_functions_have_a_short_median_length() -> None:
    median_lines = median(lines(item) for module in modules() for item in module.functions())
    assert median_lines <= FUNCTION_MEDIAN, f"the median function has {median_lines} lines"
