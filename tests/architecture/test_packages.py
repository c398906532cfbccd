"""Every list of our packages names those that there are."""

import re
import tomllib

from tests.architecture.source import PACKAGES, ROOT

# Packages at the root that no installation holds.
_NOT_SHIPPED = {"bench", "tests"}


def in_the_tree() -> set[str]:
    """Folders at the root that are packages."""
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - _NOT_SHIPPED


def test_layout_rules_cover_every_package() -> None:
    assert set(PACKAGES) == in_the_tree()


def test_an_installation_contains_every_package_and_module() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    included = {name.removesuffix("*") for name in setuptools["packages"]["find"]["include"]}
    assert included == in_the_tree()
    assert set(setuptools["py-modules"]) == {path.stem for path in ROOT.glob("*.py")}


def test_the_image_contains_every_package() -> None:
    copied = re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert set(copied) == in_the_tree()


def test_the_build_context_contains_every_package() -> None:
    named = re.findall(r"^!(\w+)/$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(named) == in_the_tree() | {"web"}
