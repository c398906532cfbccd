"""An event loop that looks each name up in a thread of its own (D10).

The loop's own executor has a handful of threads for all: with a name server that stalls, a few
webhooks or letters take them, and then even a connection to the database waits for its turn. The
threads are daemons: the end of the process waits for none of them.
"""

import asyncio
import socket
from functools import partial
from typing import Any

from services.platform.background import in_thread


class NameLoop(asyncio.SelectorEventLoop):
    """For workers. How many look-ups run at once is bounded by the limits of those who ask."""

    async def getaddrinfo(self, host: Any, port: Any, **hints: Any) -> Any:  # noqa: ANN401 - as its base
        """As `socket.getaddrinfo`."""
        return await in_thread(partial(socket.getaddrinfo, host, port, **hints), name="names")
