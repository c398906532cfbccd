"""The interface to alerts for the parts that detect trouble without a worker or a database."""

from datetime import datetime
from typing import Protocol

from domain.incidents.incidents import Severity


class Alarm(Protocol):
    """Alerts people at once, without a worker. Repeating a call for the same cause does nothing."""

    async def raise_now(
        self, key: str, title: str, text: str, severity: Severity, since: datetime | None
    ) -> bool:
        """Alert people; returns whether this call did."""
        ...

    async def resolve_now(self, key: str, text: str) -> bool:
        """End the alert of a cause; returns whether this call did."""
        ...

    async def is_silenced(self) -> bool:
        """Whether a silence covers all checks (A28)."""
        ...
