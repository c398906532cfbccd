"""Modules imported before processes of the suite are forked (tests/support/forkserver.py)."""

import gc
from importlib import import_module
from pkgutil import iter_modules

import commands
from tests.support.forkserver import COMMANDS, WORKER

_LATE = ("gql.transport.aiohttp", "gql.transport.websockets")  # imported lazily by a command

for name in ("app", COMMANDS, WORKER, *_LATE):
    import_module(name)
for module in iter_modules(commands.__path__, "commands."):
    import_module(module.name)
gc.freeze()  # otherwise the first collection writes to all pages, which are then no longer shared
