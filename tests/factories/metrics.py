"""Samples, stored as the system itself stores them."""

from datetime import datetime

from db.session import Database
from domain.metrics.metric_folds import Folded, bucket_of
from domain.metrics.metrics import REQUEST_ERRORS, REQUESTS, RESPONSE_TIME
from services.metrics.metric_samples import hand_over


def fold_of_count(count: float) -> Folded:
    """Build a fold with a count."""
    return Folded(1, count, count, count, count)


async def store_requests(
    db: Database,
    at: datetime,
    *,
    total: int,
    errors: int = 0,
    milliseconds: float = 20.0,
    source: str = "web-1",
) -> None:
    """Store the request counts of a process up to a time."""
    histogram = {bucket_of(milliseconds): total}
    times = Folded(total, total * milliseconds, milliseconds, milliseconds, milliseconds, histogram)
    folds = {
        REQUESTS: fold_of_count(total),
        REQUEST_ERRORS: fold_of_count(errors),
        RESPONSE_TIME: times,
    }
    async with db.write() as uow:
        await hand_over(uow, source, [(at, folds)])
