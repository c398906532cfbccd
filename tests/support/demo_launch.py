"""The demo launch as an operator has it, in a separate database with one account."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from db.session import Database
from devserver import demo
from domain.actors import Role, system_actor
from services.accounts import staff
from services.platform.passwords import Passwords
from settings import Settings
from tests.support.clock import PATIENCE
from tests.support.command import Launch
from tests.support.row_deletion import delete_all_rows
from tests.support.servers import free_port

EMAIL, PASSWORD = "operator@wedsync.app", "a long enough password"


@asynccontextmanager
async def demo_launch(database: Database, settings: Settings, **env: str) -> AsyncIterator[Launch]:
    """Create a migrated database with the demo launch and one operator, without processes."""
    await delete_all_rows(database)
    async with Redis.from_url(str(settings.redis_url)) as redis:
        await redis.flushall()  # removes what other tests stored about the health of their servers
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="launch-") as name:
        environment = {
            "ENVIRONMENT": "test",
            "OPERATION_TIMEOUT_SECONDS": str(PATIENCE),
            "DATABASE_URL": str(settings.database_url),
            "REDIS_URL": str(settings.redis_url),
            "DATA_DIR": f"{name}/data",
            "XDG_CONFIG_HOME": f"{name}/config",
            "PORT": str(port),
            "LAUNCH_URL": f"http://127.0.0.1:{port}",
        }
        await _fill(database)
        yield Launch(Path(name), environment | env)
    await delete_all_rows(database)


async def _fill(database: Database) -> None:
    """Do what `launch demo` and `launch admin` do."""
    passwords = Passwords()
    async with database.write() as uow:
        await demo.load(uow)
        await staff.put(uow, system_actor("test"), passwords, EMAIL, Role.OPERATOR, PASSWORD)
    passwords.close()


def log_in(launch: Launch) -> None:
    """Log in as the operator; a server must be running."""
    launch("login", EMAIL, stdin=f"{PASSWORD}\n")
