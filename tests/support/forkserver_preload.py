"""Modules imported before processes of the suite are forked (tests/support/forkserver.py)."""

import gc
from importlib import import_module
from pkgutil import walk_packages

import commands
from tests.support.forkserver import COMMANDS, WORKER

_LATE = (  # imported lazily by a command or a library
    *("gql.transport.aiohttp", "gql.transport.websockets"),
    *("anyio._backends._asyncio", "httpcore2", "uvicorn.lifespan.on", "uvloop"),
    *("endpoints.worker_app", "server.http.protocol", "server.websocket.protocol"),
)
# A child imports the main module of its parent first: outside of xdist that is pytest.
_MAIN = "pytest"

for name in ("app", COMMANDS, WORKER, _MAIN, *_LATE):
    import_module(name)
for module in walk_packages(commands.__path__, "commands."):
    import_module(module.name)
gc.freeze()  # otherwise the first collection writes to all pages, which are then no longer shared
