"""A search box, turned into a query (S115)."""

import re

import pytest
from hypothesis import given

from domain.errors import Invalid
from domain.platform.search import check_search, prefixes
from tests.unit.domain.builders import any_text


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("sarah", "sarah:*"),
        ("Sarah's pho", "Sarah:* & s:* & pho:*"),
        ("sarah@photos.example", "sarah:* & photos:* & example:*"),
        ("a_b", "a:* & b:*"),
        ("!()&|:*'", ""),
        ("a b c d e f g h i j", "a:* & b:* & c:* & d:* & e:* & f:* & g:* & h:*"),
    ],
)
def test_words_become_prefixes(typed: str, query: str) -> None:
    assert prefixes(typed) == query


@given(any_text)
def test_nothing_of_the_query_language_gets_through(typed: str) -> None:
    for word in prefixes(typed).split(" & "):
        assert re.fullmatch(r"[^\W_]+:\*|", word)


def test_a_blank_search_is_none() -> None:
    assert check_search("  ") is check_search(None) is None
    assert check_search(" x ") == "x"


def test_a_long_search_is_refused() -> None:
    with pytest.raises(Invalid):
        check_search("x" * 101)
