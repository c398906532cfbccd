"""Verifies where the results of phase changes are in force (D4)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from db.queries import propagations as queries
from db.session import Database
from domain.platform.change_actions import RUN_ACTIONS
from domain.propagation.verifications import Verification, verify
from services.propagation.propagation import Propagations


class Verifications:
    """Compares the last changes of runs with the flags that all processes serve now."""

    def __init__(self, db: Database, propagations: Propagations) -> None:
        self._db = db
        self._propagations = propagations

    async def of_runs(self, run_ids: Sequence[UUID]) -> Mapping[UUID, Verification]:
        """Verify runs with one statement and one read of Redis; runs without flags are left out."""
        async with self._db.read() as session:
            rows = await queries.newest_of_runs(session, run_ids, RUN_ACTIONS)
        if not rows:
            return {}
        board, all_asked = await self._propagations.board()
        return {
            run_id: verify(
                row.version,
                row.started_at,
                board.receipts,
                board.processes,
                board.now_ms,
                all_asked=all_asked,
            )
            for run_id, row in rows.items()
        }
