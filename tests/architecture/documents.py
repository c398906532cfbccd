"""What `launch` asks the graph, for servers that run known documents only (A48)."""

import json
from collections.abc import Iterator
from importlib import import_module
from itertools import chain
from pkgutil import walk_packages

from graphql import (
    DefinitionNode,
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    parse,
    print_ast,
)

import commands
import devserver
from services.platform.documents import hash_of


def documents() -> dict[str, str]:
    """By their hashes, as gql prints them."""
    texts = sorted({print_ast(document) for document in _operations()})
    return {hash_of(text): text for text in texts}


def manifest() -> str:
    """The file that the server reads."""
    return json.dumps(documents(), indent=1) + "\n"


def _operations() -> Iterator[DocumentNode]:
    """The constants that are operations: each has a name, and no part of one has."""
    infos = chain.from_iterable(
        walk_packages(package.__path__, f"{package.__name__}.") for package in (commands, devserver)
    )
    for module in infos:
        for value in vars(import_module(module.name)).values():
            for text in _texts(value):
                parsed = _parsed(text)
                if any(isinstance(item, OperationDefinitionNode) and item.name for item in parsed):
                    yield DocumentNode(definitions=parsed)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | tuple | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _parsed(text: str) -> tuple[DefinitionNode, ...]:
    try:
        return parse(text).definitions
    except GraphQLError:
        return ()
