"""What tells people at once, as those see it who find something wrong."""

from datetime import datetime
from typing import Protocol

from domain.incidents.incidents import Severity


class Alarm(Protocol):
    """Tells people at once, without a worker; telling one cause again does nothing."""

    async def raise_now(
        self, key: str, title: str, text: str, severity: Severity, since: datetime | None
    ) -> bool:
        """Something is wrong."""
        ...

    async def resolve_now(self, key: str, text: str) -> bool:
        """It is over."""
        ...

    async def is_silenced(self) -> bool:
        """Whether all checks are silenced by planned work (A28)."""
        ...
