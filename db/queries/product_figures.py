"""SQL about the product as a whole, for `/metrics`: one row for each set of labels."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

Row: TypeAlias = tuple[Mapping[str, str], float]  # labels and value

# The column `value` is the sample; all other columns are labels.
STATEMENTS: Mapping[str, TextClause] = {
    "launch_phases": text(
        "SELECT status, count(*) AS value FROM launch_phases GROUP BY status"
    ),
    "launch_phase_step": text(
        "SELECT key AS phase, coalesce(step_index + 1, 0) AS value FROM launch_phases "
        "WHERE status IN ('active', 'paused')"
    ),
    "launch_phase_steps": text(
        "SELECT key AS phase, jsonb_array_length(steps) AS value FROM launch_phases "
        "WHERE status IN ('active', 'paused')"
    ),
    "launch_incidents_open": text(
        "SELECT severity, count(*) AS value FROM launch_incidents "
        "WHERE status IN ('open', 'investigating') GROUP BY severity"
    ),
    "launch_alert_messages": text(
        "SELECT CASE WHEN finished_at IS NULL THEN 'waiting' ELSE 'failed' END AS state, "
        "count(*) AS value FROM alert_deliveries WHERE finished_at IS NULL "
        "OR (sent_at IS NULL AND finished_at > cast(:now AS timestamptz) - interval '1 day') "
        "GROUP BY 1"
    ),
    "launch_jobs": text(
        "SELECT CASE status::text WHEN 'queued' THEN 'waiting' WHEN 'picked' THEN 'running' "
        "ELSE status::text END AS state, entrypoint AS kind, count(*) AS value "
        "FROM pgqueuer WHERE status::text IN ('queued', 'picked', 'failed') GROUP BY 1, 2"
    ),
    "launch_jobs_overdue_seconds": text(
        "SELECT coalesce(extract(epoch FROM cast(:now AS timestamptz) - min(execute_after)), 0) "
        "AS value FROM pgqueuer WHERE status::text = 'queued' AND execute_after < :now"
    ),
    "launch_mails_open": text(
        "SELECT CASE WHEN attempts = 0 THEN 'untried' ELSE 'retrying' END AS state, "
        "count(*) AS value FROM mails "
        "WHERE sent_at IS NULL AND failed_at IS NULL AND cancelled_at IS NULL GROUP BY 1"
    ),
    "launch_mail_oldest_seconds": text(
        "SELECT coalesce(extract(epoch FROM cast(:now AS timestamptz) - min(created_at)), 0) "
        "AS value FROM mails "
        "WHERE sent_at IS NULL AND failed_at IS NULL AND cancelled_at IS NULL"
    ),
    "launch_webhooks": text(
        "SELECT CASE WHEN active THEN 'active' ELSE 'paused' END AS state, count(*) AS value "
        "FROM webhooks GROUP BY 1"
    ),
    "launch_webhook_lag_events": text(
        "SELECT coalesce(max(head.seq - hook.last_seq), 0) AS value "
        "FROM webhooks AS hook, launch_event_counter AS head WHERE hook.active"
    ),
    "launch_webhook_lag_seconds": text(
        "SELECT coalesce(extract(epoch FROM cast(:now AS timestamptz) - min(recorded_at)), 0) "
        "AS value FROM launch_events WHERE seq IN ("
        "SELECT last_seq + 1 FROM webhooks WHERE active)"
    ),
}  # fmt: skip


async def read_all(session: AsyncSession, now: datetime) -> Mapping[str, Sequence[Row]]:
    """Return the samples of each metric family at a time, in one transaction."""
    families: dict[str, Sequence[Row]] = {}
    for name, statement in STATEMENTS.items():
        values = {"now": now} if ":now" in statement.text else {}
        rows = (await session.execute(statement, values)).mappings()
        families[name] = [_row(dict(row)) for row in rows]
    return families


def _row(columns: dict[str, object]) -> Row:
    value = float(str(columns.pop("value")))
    return {name: str(label) for name, label in columns.items()}, value
