"""Ends the invitations to an address: python -m tests.support.expire_invitations FOLDER EMAIL.

For the browser tests, whose server goes by the clock of the machine.
"""

import asyncio
import sys
from pathlib import Path

import asyncpg

from commands.shared import runtime_endpoints

_EXPIRE = """UPDATE invitations SET expires_at = now() - interval '1 second',
  sent_at = now() - interval '14 days' WHERE lower(email) = lower($1)"""


async def expire(data_dir: Path, email: str) -> None:
    """Connect to the database of a running launch and move the end of its invitations."""
    url = runtime_endpoints.read(data_dir)["DATABASE_URL"]
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    try:
        assert await connection.execute(_EXPIRE, email) == "UPDATE 1"
    finally:
        await connection.close()


if __name__ == "__main__":
    asyncio.run(expire(Path(sys.argv[1]), sys.argv[2]))
