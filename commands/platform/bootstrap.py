"""What `launch up` does before its processes start, and what it leaves for other commands."""

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
    """Run until a signal comes; returns the exit code. Raises Problem where others own the folder.

    Their servers are not joined: two owners would end each other's.
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
    """Its worker always has a port, WORKER_PORT or any free one; its server does not drain.

    Raises Problem where it is taken.
    """
    changes = {"host": settings.worker_host, "port": settings.worker_port or 0}
    try:
        port = free_port(settings.model_copy(update=changes))
    except CannotRun as error:
        raise CommandError(
            str(error).replace("PORT", "WORKER_PORT").replace("HOST", "WORKER_HOST")
        ) from None
    # There is no second server here that a proxy could turn to meanwhile.
    drain = settings.drain_seconds if "drain_seconds" in settings.model_fields_set else 0.0
    return settings.model_copy(update={"worker_port": port, "drain_seconds": drain})


def prepare(folder: DataFolder, settings: Settings) -> None:
    """Migrate, and tell other commands where the servers are."""
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
    """Make the admin where there is none; a generated password is shown this once."""
    password = make_first_admin(settings, settings.admin_email)
    return f"password   {password}  (shown only this once)" if password else None


def demo(settings: Settings) -> None:
    """Load it where there is nothing yet: launches of somebody's own are left alone."""
    if settings.environment != "production":
        load_demo(settings, only_when_empty=True)
