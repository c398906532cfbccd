"""Samples, put into the database as the system itself would put them."""

from datetime import datetime

from db.session import Database
from domain.metrics.metric_folds import Folded, bucket_of
from domain.metrics.metrics import REQUEST_ERRORS, REQUESTS, RESPONSE_TIME
from services.metrics.metric_samples import hand_over


def counted(count: float) -> Folded:
    """So many of something, handed over once."""
    return Folded(1, count, count, count, count)


async def requests(
    db: Database,
    at: datetime,
    *,
    total: int,
    errors: int = 0,
    milliseconds: float = 20.0,
    source: str = "web-1",
) -> None:
    """What one process counted up to a moment."""
    histogram = {bucket_of(milliseconds): total}
    times = Folded(total, total * milliseconds, milliseconds, milliseconds, milliseconds, histogram)
    folds = {REQUESTS: counted(total), REQUEST_ERRORS: counted(errors), RESPONSE_TIME: times}
    async with db.write() as uow:
        await hand_over(uow, source, [(at, folds)])
