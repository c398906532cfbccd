"""Which documents ask for nothing but rows, or but the caller's flags (ADR 12)."""

import pytest

from schema.purity import source_of
from server.graph import schema
from services.replies import Source

FLAGS, ROWS, VIEW = Source.FLAGS, Source.ROWS, Source.VIEW


@pytest.mark.parametrize(
    ("query", "source"),
    [
        ("{ featureFlags { totalCount nodes { key } edges { node { id __typename } } } }", FLAGS),
        ('{ featureFlag(key: "a") { ...F } } fragment F on FeatureFlag { key ... { id } }', FLAGS),
        ("{ featureFlags { nodes { phase { key } } } }", ROWS),
        ("{ launchPhases { key flags { targetPercentage flag { key } } steps { index } } }", ROWS),
        ("{ suppliers { nodes { clients(first: 3) { nodes { couple { id } } } } } }", ROWS),
        ("{ featureFlags { nodes { key } } systemHealth { overall } }", None),
        ("{ launchPhases { heldBy } }", None),
        ("{ launchPhases { ...F } } fragment F on LaunchPhase { readiness { verdict } }", None),
        ("{ viewer { ... on User { id } } }", None),
        ('{ viewerFlags(deviceId: "a") { version etag flags { key value reason } } }', VIEW),
        ("{ viewerFlags { flags { key } } featureFlags { nodes { key } } }", None),
        ("{ viewerFlags { flags { explanation { bucket } } } }", None),
        ("{ __schema { queryType { name } } }", None),
        ("{ __typename }", None),
        ('mutation { toggleFeatureFlag(input: {key: "a", enabled: true}) { flag { id } } }', None),
        ("subscription { featureFlags { key } }", None),
    ],
)
def test_what_an_answer_is_made_of(query: str, source: Source | None) -> None:
    assert source_of(schema._schema, query, None) is source


def test_the_named_operation_counts() -> None:
    both = "query A { featureFlags { nodes { key } } } query B { viewerFlags { version } }"
    assert source_of(schema._schema, both, "A") is FLAGS
    assert source_of(schema._schema, both, "B") is VIEW
    assert source_of(schema._schema, both, "C") is None


def test_fragments_that_spread_each_other_many_times_take_no_time() -> None:
    spreads = "\n".join(
        f"fragment F{n} on FeatureFlag {{ ...F{n + 1} "
        f"a: phase {{ flags {{ flag {{ ...F{n + 1} }} }} }} "
        f"b: phase {{ flags {{ flag {{ ...F{n + 1} }} }} }} }}"
        for n in range(60)
    )
    query = (
        f"{{ featureFlags {{ nodes {{ ...F0 }} }} }} {spreads} fragment F60 on FeatureFlag {{ id }}"
    )
    assert source_of(schema._schema, query, None) is ROWS
