"""F4: a schema that is not the one of the release says so, and what to do."""

import pytest

from domain.platform.schema_revisions import compare


def test_the_schema_of_the_release_differs_in_nothing() -> None:
    assert compare("0075", "0075") is None


@pytest.mark.parametrize(
    ("revision", "newer", "text"),
    [
        (
            None,
            False,
            "the database has no schema, this release needs 0075: run `launch migrate`",
        ),
        (
            "0070",
            False,
            "the schema is at 0070, this release needs 0075: run `launch migrate`",
        ),
        (
            "0080",
            True,
            "the schema is at 0080, this release knows 0075: a newer release has migrated it",
        ),
        (
            "of somebody else",
            True,
            "the schema is at of somebody else, this release knows 0075: "
            "a newer release has migrated it",
        ),
    ],
)
def test_a_difference_says_what_to_do(revision: str | None, newer: bool, text: str) -> None:
    difference = compare(revision, "0075")
    assert difference is not None
    assert (difference.is_newer, str(difference)) == (newer, text)
