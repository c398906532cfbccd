"""What processes of the suite have imported before they begin (tests/support/forkserver.py)."""

import gc
from importlib import import_module
from pkgutil import iter_modules

import commands
from tests.support.forkserver import COMMANDS, WORKER

_LATE = ("gql.transport.aiohttp", "gql.transport.websockets")  # where a command first needs them

for name in ("app", COMMANDS, WORKER, *_LATE):
    import_module(name)
for module in iter_modules(commands.__path__, "commands."):
    import_module(module.name)
gc.freeze()  # or the first round of the collector writes to all of it, and it is shared no more
