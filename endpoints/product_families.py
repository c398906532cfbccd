"""Product metrics. Every app process exports the same values: aggregate by max, not sum."""

from collections.abc import Iterator, Sequence

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from db.session import Database
from domain.actors import UserType
from domain.events import RecordedEvent, UserSignedUp
from domain.health.health import HealthStatus
from endpoints.families import Labels, gauge, labelled
from services.overview.product_figures import Figures

TEXTS = {
    "launch_phases": "Phases of the launch by status.",
    "launch_phase_step": "The ramp step that a live phase is at, from 1; 0 before the first.",
    "launch_phase_steps": "How many ramp steps a live phase has.",
    "launch_incidents_open": "Incidents that are not resolved, by severity.",
    "launch_alert_messages": "Messages to alert channels: on their way, or given up in a day.",
    "launch_jobs": "Jobs in the queue by state and kind; failed ones wait for somebody.",
    "launch_jobs_overdue_seconds": "For how long the job waits that has been due the longest.",
    "launch_mails_open": "E-mails that are not sent yet.",
    "launch_mail_oldest_seconds": "The age of the oldest e-mail that is not sent yet.",
    "launch_webhooks": "Webhooks by state.",
    "launch_webhook_lag_events": "Events that the slowest active webhook has not been told of.",
    "launch_webhook_lag_seconds": "The age of the oldest event that an active webhook waits for.",
}


class SignUps:
    """Counts the accounts that were created by this process."""

    def __init__(self, db: Database) -> None:
        """Start at zero."""
        self._counts = dict.fromkeys(UserType, 0)
        db.on_commit(self._count_events)

    def family(self) -> Metric:
        """A counter for each user type."""
        values = [({"user_type": kind.value}, count) for kind, count in self._counts.items()]
        text = "Accounts that people made."
        return labelled(CounterMetricFamily, "launch_sign_ups", text, values)

    async def _count_events(self, events: Sequence[RecordedEvent]) -> None:
        for recorded in events:
            if isinstance(recorded.event, UserSignedUp):
                self._counts[recorded.event.user_type] += 1


def product_families(figures: Figures, age: float) -> Iterator[Metric]:
    """The families of one reading; without those of the database while it is down."""
    yield gauge(
        "launch_product_read_success",
        "1 where the database gave the metrics of the product; they are left out otherwise.",
        figures.rows is not None,
    )
    yield gauge("launch_product_read_age_seconds", "How old the metrics of the product are.", age)
    yield labelled(
        GaugeMetricFamily,
        "launch_health_status",
        "1 for the status of each check.",
        _check_states(figures),
    )
    for name, rows in (figures.rows or {}).items():
        yield labelled(GaugeMetricFamily, name, TEXTS[name], rows)


def _check_states(figures: Figures) -> Iterator[tuple[Labels, float]]:
    for check, state in figures.health.items():
        for status in HealthStatus:
            yield {"check": check.value, "status": status.value}, status is state
