"""`launch jobs`: the queue, the periodic tasks, and retries of failed jobs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.options import Json
from commands.shared.output import remark, show, show_json, table

if TYPE_CHECKING:
    from db.queries.jobs import QueuedJob
    from jobs.overview import Overview, TaskState

app = typer.Typer(help="The queue of jobs and the periodic tasks.")

Ids = Annotated[list[int], typer.Argument(help="The numbers of failed jobs.")]

_QUEUE = ("job", "what", "state", "tries", "due", "last error")
_TASKS = ("task", "every", "last run", "took", "next", "by", "note")


@app.callback(invoke_without_command=True)
def jobs(context: typer.Context, as_json: Json = False) -> None:
    """Show waiting, running and failed jobs, and the last runs of tasks; 1 if a job has failed."""
    if context.invoked_subcommand is not None:
        return
    from commands.platform.job_reads import read  # noqa: PLC0415 - heavy

    overview = read()
    if as_json:
        show_json(as_data(overview))
    else:
        _show(overview)
    raise typer.Exit(1 if overview.failed else 0)


@app.command()
def retry(ids: Ids) -> None:
    """Requeue failed jobs; any worker takes them at once."""
    from commands.platform.job_reads import retry as run  # noqa: PLC0415 - heavy

    for job_id, entrypoint in run(ids):
        remark(f"Job {job_id} ({entrypoint}) is queued again.")


def as_data(overview: "Overview") -> dict[str, object]:
    """The overview as JSON; seconds and aware moments."""
    return {
        "counts": {state.value: count for state, count in overview.counts.items()},
        "jobs": [_job_data(job) for job in overview.jobs],
        "tasks": [_task_data(task) for task in overview.tasks],
        "redis": overview.redis,
    }


def _job_data(job: "QueuedJob") -> dict[str, object]:
    from services.platform.job_queue import reason  # noqa: PLC0415 - heavy

    return {
        "id": job.id,
        "entrypoint": job.entrypoint,
        "state": job.state.value,
        "attempts": job.attempts,
        "createdAt": job.created_at.isoformat(),
        "dueAt": job.due_at.isoformat(),
        "heartbeat": job.heartbeat.isoformat(),
        "error": reason(job) or None,
    }


def _task_data(task: "TaskState") -> dict[str, object]:
    return {
        "name": task.name,
        "interval": task.interval,
        "lastRun": task.last.at.isoformat() if task.last else None,
        "worker": task.last.worker if task.last else None,
        "seconds": task.last.seconds if task.last else None,
        "error": task.last.error if task.last else None,
        "nextRun": task.next_at.isoformat(),
        "late": task.late,
    }


def _show(overview: "Overview") -> None:
    from services.platform.job_queue import reason  # noqa: PLC0415 - heavy

    now = datetime.now(UTC)
    rows = [
        (job.id, job.entrypoint, job.state, job.attempts, _when(job.due_at, now), reason(job))
        for job in overview.jobs
    ]
    if rows:
        show(table(_QUEUE, rows))
    show(", ".join(f"{count} {state}" for state, count in overview.counts.items()))
    show(table(_TASKS, [_task_row(task, now) for task in overview.tasks]))
    if not overview.redis:
        remark("Redis does not answer: only the claims of the database are known.", "yellow")


def _task_row(task: "TaskState", now: datetime) -> tuple[object, ...]:
    last, every = task.last, f"{task.interval:g} s"
    if last is None:
        return (task.name, every, "", "", _when(task.next_at, now), "", "")
    took = "" if last.seconds is None else f"{last.seconds:.2f} s"
    note = last.error or ("late" if task.late else "")
    return (
        *(task.name, every, _when(last.at, now), took),
        *(_when(task.next_at, now), last.worker, note),
    )


def _when(moment: datetime, now: datetime) -> str:
    """The distance of a moment, for people."""
    seconds = (moment - now).total_seconds()
    span = _span(timedelta(seconds=abs(seconds)))
    return f"in {span}" if seconds > 0 else f"{span} ago"


_UNITS: Mapping[str, int] = {"d": 86_400, "h": 3_600, "min": 60}


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for unit, size in _UNITS.items():
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
