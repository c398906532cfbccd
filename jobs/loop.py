"""An event loop that resolves each name in a thread of its own (D10).

The default executor has a handful of threads: with a stalled name server, a few webhooks or e-mails
occupy them all, and even a connection to the database has to wait. The threads are daemons, so the
end of the process waits for none of them.
"""

import asyncio
import socket
from functools import partial
from typing import Any

from services.platform.background import in_thread


class NameLoop(asyncio.SelectorEventLoop):
    """For workers. The limits of its users bound the number of concurrent look-ups."""

    async def getaddrinfo(self, host: Any, port: Any, **hints: Any) -> Any:  # noqa: ANN401 - as its base
        """Like `socket.getaddrinfo`."""
        return await in_thread(partial(socket.getaddrinfo, host, port, **hints), name="names")
