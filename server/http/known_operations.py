"""Operations that the executor has accepted, and requests for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from server.cost.analysis import PricedOperation
from server.documents import FACT_BYTES
from server.execution.variables import Variable

OPERATION_BYTES = 2_000  # of an operation besides its document, roughly


@dataclass(frozen=True, slots=True, eq=False)
class KnownOperation:
    """A query that the executor has accepted. Its entries count for `owner` in the caches."""

    document: tuple[str, str | None]  # its text, and the operation name of the request
    name: str | None
    variables: tuple[Variable, ...]
    owner: object
    shows_only_flags: bool
    priced: PricedOperation

    @property
    def size(self) -> int:
        """The approximate size in bytes."""
        return OPERATION_BYTES + FACT_BYTES + 4 * len(self.document[0]) + 200 * len(self.variables)


class ParsedRequest(NamedTuple):
    """A request for a known operation."""

    operation: KnownOperation
    variables: Mapping[str, Any]
    extensions: Mapping[str, Any] | None
    hash: str | None = None  # that came with the document, to be remembered with it
