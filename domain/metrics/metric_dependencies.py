"""The health checks on which each metric depends, for silences and causes (L16, L17).

A check that fails, or is under maintenance, distorts the metrics that depend on it: a silence
suspends their criteria (A28), and an open incident of the check explains theirs. Redis may be down
without failing a request, so requests do not depend on REALTIME; mail waits in the outbox, so only
what people do after an e-mail depends on EMAIL. Custom metrics have no known dependencies.
"""

from collections.abc import Mapping

from domain.health.health import CheckType
from domain.journeys import journey_metrics as journeys
from domain.journeys.journeys import JourneyKey
from domain.metrics.criteria import Criterion
from domain.metrics.metrics import (
    COLLECTIONS,
    CONNECTIONS,
    ERROR_RATE,
    EVENT_DELAY,
    FAILED_SIGNUPS,
    JOURNEY_DELAY,
    LOOP_LAG,
    POOL_USED,
    REQUEST_ERRORS,
    REQUESTS,
    RESPONSE_TIME,
    SIGNUP_SERVER_ERRORS,
    SIGNUPS,
    SOCKETS,
)

Checks = frozenset[CheckType]

_REQUESTS: Checks = frozenset({CheckType.API, CheckType.AUTH, CheckType.DATABASE})
_EMAILS: Checks = _REQUESTS | {CheckType.EMAIL}
_JOURNEYS: Mapping[str, Checks] = {
    name(key): _EMAILS
    for key in JourneyKey
    for name in (
        journeys.completed,
        journeys.failed,
        journeys.ended,
        journeys.success,
        journeys.seconds,
    )
}
CHECKS_OF_METRICS: Mapping[str, Checks] = {
    REQUESTS: _REQUESTS,
    REQUEST_ERRORS: _REQUESTS,
    RESPONSE_TIME: _REQUESTS,
    ERROR_RATE: _REQUESTS,
    SIGNUPS: _REQUESTS,
    "supplier_signups": _REQUESTS,
    "couple_signups": _REQUESTS,
    FAILED_SIGNUPS: _REQUESTS,
    SIGNUP_SERVER_ERRORS: _REQUESTS,
    CONNECTIONS: _EMAILS,
    "successful_connections": _EMAILS,
    LOOP_LAG: frozenset({CheckType.API}),
    POOL_USED: frozenset({CheckType.DATABASE}),
    SOCKETS: frozenset({CheckType.API, CheckType.REALTIME}),
    COLLECTIONS: frozenset({CheckType.DATABASE}),
    EVENT_DELAY: frozenset({CheckType.API, CheckType.REALTIME}),
    JOURNEY_DELAY: frozenset({CheckType.API, CheckType.REALTIME}),
    **_JOURNEYS,
}


def checks_of_metric(metric: str) -> Checks:
    """The checks of a metric; none for custom metrics."""
    return CHECKS_OF_METRICS.get(metric, frozenset())


def checks_of(criterion: Criterion) -> Checks:
    """The checks that the criterion names, else those of its metric."""
    if criterion.depends_on is not None:
        return frozenset(criterion.depends_on)
    return checks_of_metric(criterion.metric)
