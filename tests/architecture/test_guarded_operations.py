"""Every shipped flag guards an operation, and the registry lists existing operations (M1)."""

import re

from devserver.demo_launch import FLAGS
from domain.accounts.legal import HELD_MUTATIONS
from domain.flags.guarded_operations import OPERATIONS, OperationKind, guards_of
from domain.journeys.onboarding import STEPS
from schema.permissions import ExpectedFailures, FeatureGuard
from schema.root import Mutation, Subscription
from tests.architecture.source import ROOT

WITHOUT_A_CONSUMER = frozenset({"mvp_test_feature"})
PAGES = ROOT / "web" / "src"
FLAG = re.compile(r'"(mvp_\w+)"')


def of_kind(kind: OperationKind) -> list[str]:
    return [item.name for item in OPERATIONS if item.kind is kind]


def fields(root: type) -> dict[str, list[object]]:
    """The extensions of each root field, by its name in the graph."""
    root_fields = root.__strawberry_definition__.fields  # type: ignore[attr-defined]
    names = (
        re.sub(r"_(\w)", lambda part: part[1].upper(), item.python_name) for item in root_fields
    )
    return {name: item.extensions for name, item in zip(names, root_fields, strict=True)}


def test_every_shipped_flag_guards_something() -> None:
    idle = {draft.key for draft in FLAGS if not guards_of(draft.key)}
    assert idle == WITHOUT_A_CONSUMER


def test_every_guarded_root_field_has_the_guard() -> None:
    mutations, streams = fields(Mutation), fields(Subscription)
    for name in of_kind(OperationKind.MUTATION):
        kinds = {type(item) for item in mutations[name]}
        assert {FeatureGuard, ExpectedFailures} <= kinds, name  # refused as data (ADR 3)
    for name in of_kind(OperationKind.SUBSCRIPTION):
        assert FeatureGuard in {type(item) for item in streams[name]}, name


def test_every_mutation_that_needs_consent_has_the_guard_that_asks_for_it() -> None:
    """M12: `FeatureGuard` checks consent too; a mutation without it would never be refused."""
    mutations = fields(Mutation)
    for name in HELD_MUTATIONS:
        assert {FeatureGuard, ExpectedFailures} <= {type(item) for item in mutations[name]}, name


def test_every_step_of_the_setup_is_registered() -> None:
    steps = {step.key for side in STEPS.values() for step in side}
    assert set(of_kind(OperationKind.STEP)) == steps


def test_pages_use_the_flags_of_the_registry() -> None:
    """A page that is registered has its gate, and no gate asks for a flag of its own."""
    texts = {path: path.read_text() for path in PAGES.rglob("*.ts*") if "test" not in path.name}
    used = {key for text in texts.values() for key in FLAG.findall(text)}
    registered = {key for item in OPERATIONS for key in item.flags}
    assert used <= registered
    pages = {item.flags[0] for item in OPERATIONS if item.kind is OperationKind.PAGE}
    assert pages <= used
