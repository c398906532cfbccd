"""What import-linter cannot see of the arrows: top-level modules, and modules in no layer."""

import sys
import tomllib

import pytest

from tests.architecture.source import PACKAGES, ROOT, Module, modules

WIRING = {"app", "cli"}


def layers() -> set[str]:
    """Every module that the contract of the layers names."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = [item for item in config["contracts"] if item["id"] == "layers"]
    return {
        name.strip() for layer in contract["layers"] for name in layer.replace("|", ":").split(":")
    }


def of_ours(module: Module) -> set[str]:
    """The first names of what it imports of ours."""
    project_packages = {*PACKAGES, *WIRING, "settings", "tests"}
    return {name.partition(".")[0] for name in module.imports()} & project_packages


@pytest.mark.parametrize("package", ["schema", "subscriptions"])
def test_every_module_of_a_mixed_package_is_in_a_layer(package: str) -> None:
    named = layers()
    parts = {".".join(module.name.split(".")[:2]) for module in modules(package)}
    assert parts - {package} <= named


def test_every_package_is_in_a_layer() -> None:
    named = {name.partition(".")[0] for name in layers()}
    assert set(PACKAGES) - named == {"jobs"}  # which has contracts of its own


@pytest.mark.parametrize("module", modules("domain"), ids=lambda module: module.name)
def test_the_domain_imports_only_itself_and_the_standard_library(module: Module) -> None:
    names = {name.partition(".")[0] for name in module.imports()}
    assert names <= {"domain", *sys.stdlib_module_names}


def test_settings_import_no_project_module() -> None:
    (settings,) = [module for module in modules() if module.name == "settings"]
    assert of_ours(settings) == set()


def test_only_entry_points_import_the_wiring() -> None:
    """The commands of `launch` are a part of it."""
    below = [m for m in modules() if m.name not in WIRING and not m.name.startswith("commands")]
    assert [module.name for module in below if of_ours(module) & WIRING] == []
