"""Implements `launch migrate` and `launch demo` on the database."""

import asyncio

from commands.shared.db_access import check_pooling, expected, schema_difference, with_database
from commands.shared.environment import own_settings
from commands.shared.output import remark
from db import migrate
from db.schema_revision import needed
from db.session import Database
from devserver import demo
from devserver.demo import Loaded
from settings import Settings


def run_migrate(down: str | None) -> None:
    """Migrate to the newest revision, or down to the given one."""
    settings = own_settings("database_url")
    assert settings.database_url is not None
    check_pooling(settings, needs_session=True)  # its lock belongs to the session
    if down is None:
        migrate_up(settings)
        difference = schema_difference(settings)
        remark(f"The database is at revision {difference.revision if difference else needed()}.")
        return
    with expected():
        asyncio.run(migrate.downgrade(settings.database_url, down))
    remark(f"The database is at revision {down}.")


def migrate_up(settings: Settings) -> None:
    """Migrate to the newest revision; a newer schema is kept, with a remark."""
    assert settings.database_url is not None
    difference = schema_difference(settings)
    if difference and difference.is_newer:
        remark(f"{difference}: nothing was changed.", "yellow")
        return
    with expected():
        asyncio.run(migrate.upgrade(settings.database_url))


def run_demo() -> None:
    """Load the missing parts of the demo launch."""
    loaded = load_demo(own_settings("database_url"))
    if loaded.phases or loaded.flags:
        remark(f"Created {loaded.phases} phases and {loaded.flags} flags; all flags are off.")
    else:
        remark("The demo launch exists already; nothing was changed.")


def load_demo(settings: Settings, *, only_when_empty: bool = False) -> Loaded:
    """Load the demo launch in one transaction."""

    async def work(db: Database) -> Loaded:
        async with db.write() as uow:
            return await demo.load(uow, only_when_empty=only_when_empty)

    return with_database(settings, work)
