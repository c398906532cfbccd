"""Implements `launch up`: migrations, the first admin, the demo, and the processes."""

from collections.abc import Sequence
from functools import partial

from commands.accounts.staff import make_first_admin
from commands.platform.database import load_demo, migrate_up
from commands.shared import data_folder, runtime_endpoints
from commands.shared.data_folder import DataFolder
from commands.shared.db_access import expected
from commands.shared.environment import load_own_settings, own_settings
from commands.shared.errors import CommandError
from devserver.runner import CannotRun, Child, Step, free_port, run_everything
from settings import Settings


def run(commands: Sequence[Sequence[str]]) -> int:
    """Run until a signal; returns the exit code. Raises CommandError if the folder has an owner.

    The servers of another owner are not shared: each owner would stop the other's.
    """
    folder = data_folder.own(load_own_settings().data_dir)
    try:
        runtime_endpoints.remove(folder.path)  # of one that was killed
        steps = [
            Step("Preparing the database", partial(prepare, folder)),
            Step("Looking for an admin", first_admin),
            Step("Loading the demo launch", demo),
        ]
        children = [Child(argv[-1], argv) for argv in commands]
        return run_everything(of_one_host(own_settings()), steps, children)
    finally:
        runtime_endpoints.remove(folder.path)
        folder.release()


def of_one_host(settings: Settings) -> Settings:
    """The settings of one host: the worker has a port, and the server does not drain.

    The worker's port is WORKER_PORT or a free one. Raises CommandError if it is taken.
    """
    changes = {"host": settings.worker_host, "port": settings.worker_port or 0}
    try:
        port = free_port(settings.model_copy(update=changes))
    except CannotRun as error:
        raise CommandError(
            str(error).replace("PORT", "WORKER_PORT").replace("HOST", "WORKER_HOST")
        ) from None
    # There is no second server that a proxy could use meanwhile.
    drain = settings.drain_seconds if "drain_seconds" in settings.model_fields_set else 0.0
    return settings.model_copy(update={"worker_port": port, "drain_seconds": drain})


def prepare(folder: DataFolder, settings: Settings) -> None:
    """Migrate, and write down where the servers are for other commands."""
    endpoints = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "LAUNCH_URL": settings.base_url,
    }
    with expected():
        folder.announce(settings.base_url)
        runtime_endpoints.write(folder.path, {k: v for k, v in endpoints.items() if v is not None})
        migrate_up(settings)


def first_admin(settings: Settings) -> str | None:
    """Create the admin if there is none; returns a generated password."""
    password = make_first_admin(settings, settings.admin_email)
    return f"password   {password}  (shown only this once)" if password else None


def demo(settings: Settings) -> None:
    """Load the demo launch into an empty database; an existing launch is left alone."""
    if settings.environment != "production":
        load_demo(settings, only_when_empty=True)
